using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

[Trait("Category", "Integration")]
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
        await GrainAssertions.ManyCallsAreOneLoadAsync(cluster, _game, _redis.Database, _output.Path);
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
        Assert.False(await _redis.Database.KeyExistsAsync(RecordKey.Of(_game.Token)));
    }

    [Fact]
    public async Task Abandoned_lobby_waits_for_an_expiry_that_is_longer_than_a_timer_can_be()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.FromDays(60));
        await _game.PutAsync(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.Leaving, await cluster.FinishAsync(_game.Token));
        Assert.True(await _game.IsUntouchedAsync());
        Assert.Equal(GameOutcome.TimedOut, await cluster.FinishAsync(_game.Token, MadeGame.Enemy));
        Assert.InRange((await _redis.Database.KeyTimeToLiveAsync(_game.Keys.Status))!.Value, TimeSpan.FromDays(59), TimeSpan.FromDays(60));
    }

    [Fact]
    public async Task A_lobby_that_comes_to_life_after_all_is_done_when_it_has_ended()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, clean: false);
        await _game.PutAsync(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.TimedOut, await cluster.FinishAsync(_game.Token));
        await _redis.Database.StringSetAsync(_game.Keys.Status, GameStatus.Completed);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
    }

    [Fact]
    public async Task One_whom_only_the_log_names_has_rows_where_there_is_a_hero_and_is_cleaned_too()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero);
        await _game.PutAsync();
        await _redis.Database.SetRemoveAsync(_game.Keys.Participants, MadeGame.Enemy);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        Assert.Equal(_game.Rows, DuckDb.Rows(_output.Path).OrderBy(row => row.Rank));
        Assert.Equal([$"{RecordKey.Of(_game.Token)}"], _redis.GameKeys());
    }

    [Fact]
    public async Task A_game_takes_2_round_trips_to_Redis()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);

        // The first game loads the scripts too.
        await cluster.FinishAsync((await new MadeGame(_redis.Database).PutAsync()).Token);
        await _game.PutAsync();
        var session = cluster.Profile();
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        var commands = session.FinishProfiling().Select(command => command.Command).Where(command => command != "PING").ToList();
        Assert.Equal(["EVAL", "EVAL"], commands);
    }

    [Fact]
    public async Task A_long_log_is_read_in_pages()
    {
        using var archive = new TemporaryFolder();
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, pageLength: 10, archive: archive.Path);
        await _game.PutAsync();
        await _redis.Database.ListRightPushAsync(_game.Keys.Logs, [.. Enumerable.Repeat((RedisValue)_game.Line, 94)]);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        Assert.Equal(
            [new ExpectedRow(_game.Keys.Token, MadeGame.User, 1, 95, 0, 475, 1), new ExpectedRow(_game.Keys.Token, MadeGame.Enemy, 2, 0, 475, 0, 2)],
            DuckDb.Rows(_output.Path).OrderBy(row => row.Rank));
        Assert.Equal(95, ArchivedGame.Read(archive.Path, _game.Token).Extract().Attacks);
    }

    [Fact]
    public async Task A_failure_of_the_world_is_tried_again_for_ever_and_each_time_later()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        Directory.CreateDirectory(Path.Combine(_output.Path, "superhero"));
        var inTheWay = Path.Combine(_output.Path, "superhero", "GAME_META");
        await File.WriteAllTextAsync(inTheWay, "", TestContext.Current.CancellationToken);
        await _game.PutAsync();
        var grain = cluster.Grains.GetGrain<IGameGrain>(_game.Token);
        var before = 0L;
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            Assert.Equal(GameOutcome.Failed, await grain.Replay());
            Assert.Equal(GameOutcome.Waiting, await grain.Finish(MadeGame.User));
            var retryAt = (long)await _redis.Database.HashGetAsync(RecordKey.Of(_game.Token), "retry_at");
            var wait = Math.Min(60_000, 1000 << (attempt - 1));
            Assert.InRange(retryAt, before + wait, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + wait);
            before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        }

        Assert.True(await _game.IsUntouchedAsync());
        File.Delete(inTheWay);
        Assert.Equal(GameOutcome.Loaded, await grain.Replay());
    }

    [Fact]
    public async Task A_claim_of_another_silo_is_left_alone_until_it_is_old()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        await _game.PutAsync();
        var key = RecordKey.Of(_game.Token);
        var now = DateTimeOffset.UtcNow;
        await ClaimAsync(now);
        Assert.Equal(GameOutcome.Waiting, await cluster.FinishAsync(_game.Token));
        Assert.True(await _game.IsUntouchedAsync());
        await ClaimAsync(now - TimeSpan.FromSeconds(31));
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        Assert.All(Files, file => Assert.EndsWith("_another.gz.parquet", file, StringComparison.Ordinal));

        Task ClaimAsync(DateTimeOffset since) => _redis.Database.HashSetAsync(
            key,
            [
                new("stage", "Claimed"), new("attempt", 1), new("claimed_by", "another"), new("claimed_at", $"{since:O}"),
                new("attempted_by", "10.1.2.3:7@1"), new("attempted_at", since.ToUnixTimeMilliseconds()),
            ]);
    }
}
