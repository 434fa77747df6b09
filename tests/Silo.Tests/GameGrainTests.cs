using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using StackExchange.Redis;
using Superhero.Grains;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Redis;
using Superhero.Silo.Demo;
using Superhero.Testing;

namespace Superhero.Silo.Tests;

/// <summary>A cluster of three silos within the test, on either Redis.</summary>
public sealed class GameGrainTests : IAsyncLifetime
{
    private const string User = "f0b0a1c2-0000-4000-8000-000000000001";
    private const string Enemy = "f0b0a1c2-0000-4000-8000-000000000002";
    private readonly TemporaryFolder _output = new();
    private readonly Guid _game = Guid.NewGuid();
    private RealRedis _real = null!;
    private IConnectionMultiplexer? _redis;
    private EmbeddedRedis? _embedded;
    private InProcessTestCluster? _cluster;

    private GameKeys Keys => new(_game);

    private string[] Files => Directory.GetFiles(_output.Path, "*.parquet", SearchOption.AllDirectories);

    public async ValueTask InitializeAsync() => _real = await RealRedis.Start();

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        _embedded?.Dispose();
        await _real.DisposeAsync();
        _output.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_calls_at_once_from_everywhere_are_one_load(bool embedded)
    {
        await Start(embedded);
        await PutGame(GameStatus.Completed);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Finish($"{i}")));

        Assert.All(outcomes, outcome => Assert.Equal(GameOutcome.Loaded, outcome));
        Assert.Equal(2, Files.Length);
        Assert.False(await _redis!.GetDatabase().KeyExistsAsync(Keys.Logs));
        Assert.NotNull(await _redis!.GetDatabase().KeyTimeToLiveAsync(Keys.Hero(User)));
        Assert.NotNull(await _redis!.GetDatabase().KeyTimeToLiveAsync(GameStorage.Key(_game)));
        Assert.False(await _redis!.GetDatabase().KeyExistsAsync(GameKeys.Games));
        Assert.False(await _redis!.GetDatabase().KeyExistsAsync(GameKeys.Players("2")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_game_that_does_not_exist_leaves_nothing_behind(bool embedded)
    {
        await Start(embedded);
        Assert.Equal(GameOutcome.Unknown, await Finish(User));
        Assert.Empty(Files);
        Assert.False(await _redis!.GetDatabase().KeyExistsAsync(GameStorage.Key(_game)));
    }

    [Fact]
    public async Task A_game_that_runs_is_left_alone_until_it_is_completed()
    {
        await Start(embedded: false);
        await PutGame(GameStatus.InProgress);
        Assert.Equal(GameOutcome.Running, await Finish(User));
        Assert.Empty(Files);
        await _redis!.GetDatabase().StringSetAsync(Keys.Status, GameStatus.Completed);
        Assert.Equal(GameOutcome.Loaded, await Finish(User));
        Assert.Equal(2, Files.Length);
    }

    [Fact]
    public async Task A_lobby_that_timed_out_is_not_pulled_from_under_those_who_still_wait()
    {
        await Start(embedded: false);
        await PutGame(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.Leaving, await Finish(User));
        Assert.Null(await _redis!.GetDatabase().KeyTimeToLiveAsync(Keys.Status));
        Assert.Equal(GameOutcome.TimedOut, await Finish(Enemy));
        Assert.NotNull(await _redis!.GetDatabase().KeyTimeToLiveAsync(Keys.Status));
        Assert.Empty(Files);
        Assert.False(await _redis!.GetDatabase().KeyExistsAsync(GameStorage.Key(_game)));
    }

    [Fact]
    public async Task A_participant_without_a_hero_sends_the_game_to_quarantine_with_all_its_keys()
    {
        await Start(embedded: false);
        await PutGame(GameStatus.Completed);
        await _redis!.GetDatabase().KeyDeleteAsync(Keys.Hero(Enemy));
        Assert.Equal(GameOutcome.Quarantined, await Finish(User));
        Assert.Equal(GameOutcome.Quarantined, await Finish(User));
        Assert.True(await _redis!.GetDatabase().KeyExistsAsync(Keys.Logs));
        Assert.Null(await _redis!.GetDatabase().KeyTimeToLiveAsync(Keys.Status));
        Assert.Empty(Files);
    }

    private Task<GameOutcome> Finish(string user) => _cluster!.Client.GetGrain<IGameGrain>(_game).Finish(user);

    private async Task Start(bool embedded)
    {
        var port = RealRedis.FreePort();
        _embedded = embedded ? new EmbeddedRedis(port) : null;
        _redis = await RedisConnector.ConnectAsync(
            embedded ? new RedisOptions("127.0.0.1", port) : _real.Options, (_, _) => { }, TestContext.Current.CancellationToken);
        var options = new GameOptions(_output.Path, "silo", true, TimeSpan.FromMinutes(5));
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(_redis);
            silo.AddGames(options);
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    private async Task PutGame(string status)
    {
        var redis = _redis!.GetDatabase();
        await redis.SortedSetAddAsync(GameKeys.Games, Keys.Token, 2);
        await redis.ListRightPushAsync(GameKeys.Players("2"), Keys.Token);
        await redis.StringSetAsync(Keys.Status, status);
        await redis.StringSetAsync(Keys.Wanted, "2");
        await redis.SetAddAsync(Keys.Participants, [User, Enemy]);
        await redis.HashSetAsync(Keys.Hero(User), "id", 1);
        await redis.HashSetAsync(Keys.Hero(Enemy), "id", 2);
        await redis.ListRightPushAsync(
            Keys.Logs,
            $$"""{"PAYLOAD": {"GAME_TOKEN": "{{Keys.Token}}", "USER_TOKEN": "{{User}}"}, "STATUS": {"ACTION": "ATTACK", "DETAILS": {"ENEMY_TOKEN": "{{Enemy}}", "ENEMY_DAMAGE": 5, "ENEMY_HEALTH_PRIOR": 5, "ENEMY_HEALTH_POST": 0} } }""");
    }
}
