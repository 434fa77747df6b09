using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>The embedded Redis does for the grains what a redis-server does, and takes no process of its own.</summary>
public sealed class EmbeddedRedisTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private readonly TemporaryFolder _archive = new();
    private OwnEmbeddedRedis _redis = null!;

    private IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync() => _redis = await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
        _archive.Dispose();
    }

    [Fact]
    public async Task Many_calls_at_once_from_everywhere_are_one_load()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos: 3);
        await GrainAssertions.ManyCallsAreOneLoadAsync(cluster, new MadeGame(Database), Database, _output.Path);

        var unknown = Guid.NewGuid();
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown));
        Assert.False(await Database.KeyExistsAsync(RecordKey.Of(unknown)));
    }

    [Fact]
    public async Task All_keys_are_kept_as_Redis_had_them()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, archive: _archive.Path);
        var game = await new MadeGame(Database).PutAsync();
        await cluster.FinishAsync(game.Token);
        await GrainAssertions.IsKeptAsync(game, _archive.Path);
    }

    [Fact]
    public async Task Long_lists_of_lobbies_lose_what_has_no_game()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        await Database.ListRightPushAsync(GameKeys.Players("2"), [.. Enumerable.Range(0, 1500).Select(_ => (RedisValue)$"{Guid.NewGuid()}")]);
        var (finished, running) = (await new MadeGame(Database).PutAsync(), await new MadeGame(Database).PutAsync(GameStatus.InProgress));
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(finished.Token));
        Assert.Equal(1501, await Database.ListLengthAsync(GameKeys.Players("2")));

        var lobbies = new OrphanedLobbies(_redis.Connection);
        lobbies.Add($"{GameKeys.Players("2")}");
        await lobbies.StepAsync();
        await lobbies.StepAsync();
        Assert.Equal(running.Keys.Token, Assert.Single(await Database.ListRangeAsync(GameKeys.Players("2"))));
    }

    [Fact]
    public async Task Times_that_lie_ahead_and_late_log_lines_are_put_right()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero, hold: TimeSpan.FromSeconds(1));
        var game = await new MadeGame(Database).PutAsync();
        await Database.HashSetAsync(
            RecordKey.Of(game.Token),
            [new("stage", "Claimed"), new("attempt", 1), new("claimed_by", "another"), new("attempted_by", "10.1.2.3:7@1"), new("attempted_at", 99_999_999_999_999)]);
        Assert.Equal(GameOutcome.Waiting, await cluster.FinishAsync(game.Token));
        await Eventually.HoldsAsync(async () => await cluster.FinishAsync(game.Token) == GameOutcome.Loaded, () => "the hold to end");
        await Database.ListRightPushAsync(game.Keys.Logs, game.Line);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token, leavingUser: null));
        Assert.False(await Database.KeyExistsAsync(game.Keys.Logs));
    }
}
