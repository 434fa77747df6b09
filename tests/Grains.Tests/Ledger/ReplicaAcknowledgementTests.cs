using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Ledger;

/// <summary>Claims on a Redis whose replicas may take over.</summary>
[Trait("Category", "Integration")]
public sealed class ReplicaAcknowledgementTests : IAsyncDisposable
{
    private ReplicatedRedis _redis = null!;
    private IConnectionMultiplexer _connection = null!;
    private GameLedger _ledger = null!;

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Claim_that_the_preferred_replica_lacks_does_not_count_although_another_replica_has_it()
    {
        await StartAsync(priorities: [10, 100]);
        await DoesNotCountAsync(frozen: 0);
        _redis.Thaw();
        await EventuallyCountsAsync();
    }

    [Fact]
    public async Task Claim_counts_although_a_replica_lacks_it_that_is_never_promoted()
    {
        await StartAsync(priorities: [0, 100]);
        _redis.Freeze(0);
        await EventuallyCountsAsync();
    }

    [Fact]
    public async Task Claim_that_only_a_replica_has_that_is_never_promoted_does_not_count()
    {
        await StartAsync(priorities: [0, 100]);
        await DoesNotCountAsync(frozen: 1);
    }

    [Fact]
    public async Task Claim_on_a_master_whose_replica_was_promoted_does_not_count_although_the_other_replica_has_it()
    {
        await StartAsync(priorities: [10, 100]);
        await EventuallyCountsAsync();
        var game = await new MadeGame(_connection.GetDatabase()).PutAsync();
        await _redis.PromoteAsync(0);

        // The first try learns that the replica has left the master.
        await Assert.ThrowsAsync<RedisException>(() => _ledger.BeginAsync(game.Token));
        await Assert.ThrowsAsync<RedisException>(() => _ledger.BeginAsync(game.Token));
    }

    [Fact]
    public async Task Claim_waits_for_a_replica_that_the_silo_itself_cannot_reach()
    {
        await StartAsync(reachesReplicas: false, priorities: [100]);
        Assert.DoesNotContain(_connection.GetServers(), server => server is { IsReplica: true, IsConnected: true });
        await DoesNotCountAsync(frozen: 0);
    }

    [Fact]
    public async Task Claim_by_a_script_that_Redis_has_forgotten_waits_for_the_replica()
    {
        await StartAsync(priorities: [100]);
        await EventuallyCountsAsync();
        await DoesNotCountAsync(frozen: 0, before: () => _redis.ExecuteAsync("SCRIPT", "FLUSH"));
    }

    [Fact]
    public async Task Write_does_not_count_if_the_connection_breaks_before_the_replica_is_asked()
    {
        await StartAsync(priorities: [100]);
        var write = ReplicaAcknowledgement.Begin(_connection);
        await _connection.GetDatabase().StringSetAsync("key", "value");
        await _redis.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal");
        await Eventually.HoldsAsync(AnswersAsync, () => "the connection to be there again");
        await Assert.ThrowsAsync<RedisException>(write.CountsAsync);
    }

    private async Task StartAsync(int[] priorities, bool reachesReplicas = true)
    {
        _redis = await ReplicatedRedis.StartAsync(priorities);
        _connection = await RedisConnector.ConnectAsync(
            reachesReplicas ? _redis.Options : _redis.OptionsWithoutReplicas, (reason, _) => TestContext.Current.SendDiagnosticMessage(reason), TestContext.Current.CancellationToken);
        _ledger = new GameLedger(
            _connection, new Alone(), Options.Create(new GameOptions { HostName = "silo", Clean = true }), Options.Create(new LedgerOptions()));
    }

    private async Task DoesNotCountAsync(int frozen, Func<Task>? before = null)
    {
        // The replicas have the game, and so lack nothing but the claim.
        var game = await new MadeGame(_connection.GetDatabase()).PutAsync();
        await Eventually.HoldsAsync(
            async () => (int)await _connection.GetDatabase().ExecuteAsync("WAIT", _redis.Replicas, 1000) == _redis.Replicas, () => "the replicas to have the game");
        _redis.Freeze(frozen);
        await (before?.Invoke() ?? Task.CompletedTask);
        var exception = await Assert.ThrowsAsync<RedisException>(() => _ledger.BeginAsync(game.Token));
        Assert.StartsWith("A replica that sentinels may promote does not have the write yet", exception.Message, StringComparison.Ordinal);
    }

    private async Task EventuallyCountsAsync()
    {
        var game = await new MadeGame(_connection.GetDatabase()).PutAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    return (await _ledger.BeginAsync(game.Token)).State == BeginState.Claimed;
                }
                catch (RedisException)
                {
                    return false;
                }
            },
            () => "the claim to count");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await _connection.GetDatabase().PingAsync();
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private sealed class Alone : ISiloLiveness
    {
        public string Self => "silo";

        public bool IsDead(string silo) => false;
    }
}
