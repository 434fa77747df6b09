using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

public sealed class GameGrainTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;
    private MadeGame _game = null!;

    private string[] Files => Directory.GetFiles(_output.Path, "*.parquet", SearchOption.AllDirectories);

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        _game = new MadeGame(_redis.Database);
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task Many_calls_at_once_from_everywhere_are_one_load()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos: 3);
        await ManyCallsAreOneLoadAsync(cluster, _game, _redis.Database);
    }

    [Fact]
    public async Task On_the_embedded_Redis_too()
    {
        var options = new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() };
        using var embedded = new EmbeddedRedis(options.Port);
        await using var connection = await RedisConnector.ConnectAsync(options, (_, _) => { }, TestContext.Current.CancellationToken);
        await using var cluster = await GrainCluster.StartAsync(options, _output.Path, silos: 3);
        await ManyCallsAreOneLoadAsync(cluster, new MadeGame(connection.GetDatabase()), connection.GetDatabase());

        var unknown = Guid.NewGuid();
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown));
        Assert.False(await connection.GetDatabase().KeyExistsAsync(GameStorage.Key(unknown)));
    }

    [Fact]
    public async Task A_game_that_does_not_exist_leaves_nothing_behind()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        var unknown = Guid.NewGuid();
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown));
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown, leavingUser: null));
        Assert.Empty(Files);
        Assert.Empty(_redis.GameKeys());
    }

    [Fact]
    public async Task A_game_that_runs_is_left_alone_until_it_is_completed()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        await _game.PutAsync(GameStatus.InProgress);
        Assert.Equal(GameOutcome.Running, await cluster.FinishAsync(_game.Token));
        Assert.Empty(Files);
        Assert.True(await _game.IsUntouchedAsync());
        await _redis.Database.StringSetAsync(_game.Keys.Status, GameStatus.Completed);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        Assert.Equal(2, Files.Length);
    }

    [Fact]
    public async Task A_lobby_that_timed_out_is_not_pulled_from_under_those_who_still_wait()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        await _game.PutAsync(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.Leaving, await cluster.FinishAsync(_game.Token));
        Assert.True(await _game.IsUntouchedAsync());
        Assert.Equal(GameOutcome.TimedOut, await cluster.FinishAsync(_game.Token, MadeGame.Enemy));
        Assert.NotNull(await _redis.Database.KeyTimeToLiveAsync(_game.Keys.Status));
        Assert.Empty(Files);
        Assert.False(await _redis.Database.KeyExistsAsync(GameStorage.Key(_game.Token)));
    }

    [Fact]
    public async Task One_whom_only_the_log_names_has_rows_where_there_is_a_hero_and_is_cleaned_too()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero);
        await _game.PutAsync();
        await _redis.Database.SetRemoveAsync(_game.Keys.Participants, MadeGame.Enemy);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        Assert.Equal(_game.Rows, Duck.Rows(_output.Path).OrderBy(row => row.Rank));
        Assert.Equal([$"{GameStorage.Key(_game.Token)}"], _redis.GameKeys());
    }

    [Fact]
    public async Task A_game_takes_at_most_6_round_trips_to_Redis()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);

        // The first game loads the scripts too.
        await cluster.FinishAsync((await new MadeGame(_redis.Database).PutAsync()).Token);
        await _game.PutAsync();
        var session = cluster.Profile();
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        var commands = session.FinishProfiling().Select(command => command.Command).Where(command => command != "PING").ToList();
        Assert.True(commands.Count <= 6, string.Join(", ", commands));
    }

    private async Task ManyCallsAreOneLoadAsync(GrainCluster cluster, MadeGame game, IDatabase redis)
    {
        await game.PutAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => cluster.FinishAsync(game.Token, $"{i}")));
        Assert.All(outcomes, outcome => Assert.Equal(GameOutcome.Loaded, outcome));
        Assert.Equal(2, Files.Length);
        Assert.False(await redis.KeyExistsAsync(game.Keys.Logs));
        foreach (var key in game.AllKeys[..^1].Append(GameStorage.Key(game.Token)))
        {
            Assert.NotNull(await redis.KeyTimeToLiveAsync(key));
        }

        Assert.False(await redis.KeyExistsAsync(GameKeys.Games));
        Assert.False(await redis.KeyExistsAsync(GameKeys.Players("2")));
    }
}
