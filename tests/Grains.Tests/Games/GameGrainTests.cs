using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

[Trait("Category", "Integration")]
[Collection(SharedCluster.Collection)]
public sealed class GameGrainTests(SharedCluster shared)
{
    private readonly MadeGame _game = new(shared.Database);

    private RedisKey Record => RecordKey.Of(_game.Token);

    [Fact]
    public Task Many_simultaneous_calls_load_and_archive_a_game_once() =>
        GrainAssertions.ManyCallsAreOneLoadAsync(shared.Cluster, shared.Database, shared.Output, shared.Archive);

    [Fact]
    public async Task Unknown_game_leaves_no_file_and_no_key()
    {
        Assert.Equal(GameOutcome.Unknown, await FinishAsync());
        Assert.Equal(GameOutcome.Unknown, await FinishAsync(leavingUser: null));
        Assert.Empty(shared.FilesOf(_game));
        Assert.DoesNotContain(shared.Redis.GameKeys(), key => key.Contains(_game.Keys.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Running_game_is_left_alone_until_it_is_completed()
    {
        await _game.PutAsync(GameStatus.InProgress);
        Assert.Equal(GameOutcome.Running, await FinishAsync());
        Assert.Empty(shared.FilesOf(_game));
        Assert.True(await _game.IsUntouchedAsync());
        await shared.Database.StringSetAsync(_game.Keys.Status, GameStatus.Completed);
        Assert.Equal(GameOutcome.Loaded, await FinishAsync());
        Assert.Equal(2, shared.FilesOf(_game).Length);
    }

    [Fact]
    public async Task Lobby_that_timed_out_keeps_its_keys_until_the_last_participant_has_left()
    {
        await _game.PutAsync(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.Leaving, await FinishAsync());
        Assert.True(await _game.IsUntouchedAsync());
        Assert.Equal(GameOutcome.TimedOut, await FinishAsync(MadeGame.Enemy));
        Assert.NotNull(await shared.Database.KeyTimeToLiveAsync(_game.Keys.Status));
        Assert.Empty(shared.FilesOf(_game));
        Assert.False(await shared.Database.KeyExistsAsync(Record));
    }

    [Fact]
    public async Task Abandoned_lobby_waits_for_an_expiry_that_is_longer_than_a_timer_can_be()
    {
        using var output = new TemporaryFolder();
        await using var cluster = await GrainCluster.StartAsync(shared.Redis.Options, output.Path, expiry: TimeSpan.FromDays(60));
        await _game.PutAsync(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.Leaving, await cluster.FinishAsync(_game.Token));
        Assert.True(await _game.IsUntouchedAsync());
        Assert.Equal(GameOutcome.TimedOut, await cluster.FinishAsync(_game.Token, MadeGame.Enemy));
        Assert.InRange((await shared.Database.KeyTimeToLiveAsync(_game.Keys.Status))!.Value, TimeSpan.FromDays(59), TimeSpan.FromDays(60));
    }

    [Fact]
    public async Task Lobby_that_is_played_after_it_timed_out_is_loaded_when_the_game_has_ended()
    {
        using var output = new TemporaryFolder();
        await using var cluster = await GrainCluster.StartAsync(shared.Redis.Options, output.Path, clean: false);
        await _game.PutAsync(GameStatus.TimedOut);
        Assert.Equal(GameOutcome.TimedOut, await cluster.FinishAsync(_game.Token));
        await shared.Database.StringSetAsync(_game.Keys.Status, GameStatus.Completed);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
    }

    [Fact]
    public async Task Participant_whom_only_the_log_names_has_rows_and_keys_that_expire()
    {
        await _game.PutAsync();
        await shared.Database.SetRemoveAsync(_game.Keys.Participants, MadeGame.Enemy);
        Assert.Equal(GameOutcome.Loaded, await FinishAsync());
        Assert.Equal(_game.Rows, shared.RowsOf(_game));
        foreach (var key in _game.AllKeys[..^1])
        {
            Assert.NotNull(await shared.Database.KeyTimeToLiveAsync(key));
        }
    }

    [Fact]
    public async Task Game_takes_2_round_trips_to_Redis()
    {
        using var output = new TemporaryFolder();
        await using var cluster = await GrainCluster.StartAsync(shared.Redis.Options, output.Path);

        // The first game loads the scripts, too.
        await cluster.FinishAsync((await shared.PutAsync()).Token);
        await _game.PutAsync();
        var session = cluster.Profile();
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(_game.Token));
        var commands = session.FinishProfiling().Select(command => command.Command).Where(command => command != "PING").ToList();
        Assert.Equal(["EVAL", "EVAL"], commands);
    }

    [Fact]
    public async Task Log_longer_than_a_page_is_read_and_archived_whole()
    {
        const int attacks = SharedCluster.PageLength + 501;
        await _game.PutAsync();
        await shared.Database.ListRightPushAsync(_game.Keys.Logs, [.. Enumerable.Repeat((RedisValue)_game.Line, attacks - 1)]);
        Assert.Equal(GameOutcome.Loaded, await FinishAsync());
        Assert.Equal(
            [
                new ExpectedRow(_game.Keys.Token, MadeGame.User, 1, attacks, 0, 5 * attacks, 1),
                new ExpectedRow(_game.Keys.Token, MadeGame.Enemy, 2, 0, 5 * attacks, 0, 2),
            ],
            shared.RowsOf(_game));
        Assert.Equal(attacks, ArchivedGame.Read(shared.Archive, _game.Token).Extract().Attacks);
    }

    [Fact]
    public async Task Game_that_cannot_be_written_is_retried_indefinitely_with_a_backoff_of_up_to_a_minute()
    {
        var inTheWay = shared.Block(_game, "GAME_META");
        await _game.PutAsync();
        var grain = shared.Cluster.Grains.GetGrain<IGameGrain>(_game.Token);
        var before = 0L;
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            Assert.Equal(GameOutcome.Failed, await grain.Replay());
            var retryAt = (long)await shared.Database.HashGetAsync(Record, "retry_at");
            var wait = Math.Min(60_000, 1000 << (attempt - 1));
            Assert.InRange(retryAt, before + wait, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + wait);
            before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        }

        Assert.Equal(GameOutcome.Waiting, await FinishAsync());
        Assert.True(await _game.IsUntouchedAsync());
        inTheWay.Delete();
        Assert.Equal(GameOutcome.Loaded, await grain.Replay());
    }

    [Fact]
    public async Task Claim_of_another_silo_is_left_alone_for_30_seconds_and_then_taken_over_under_its_name()
    {
        await _game.PutAsync();
        var now = DateTimeOffset.UtcNow;
        await ClaimAsync(now);
        Assert.Equal(GameOutcome.Waiting, await FinishAsync());
        Assert.True(await _game.IsUntouchedAsync());
        await ClaimAsync(now - TimeSpan.FromSeconds(31));
        Assert.Equal(GameOutcome.Loaded, await FinishAsync());
        Assert.All(shared.FilesOf(_game), file => Assert.EndsWith("_another.gz.parquet", file, StringComparison.Ordinal));

        Task ClaimAsync(DateTimeOffset since) => shared.Database.HashSetAsync(
            Record,
            [
                new("stage", "Claimed"), new("attempt", 1), new("claimed_by", "another"), new("claimed_at", $"{since:O}"),
                new("attempted_by", "10.1.2.3:7@1"), new("attempted_at", since.ToUnixTimeMilliseconds()),
            ]);
    }

    private Task<GameOutcome> FinishAsync(string? leavingUser = MadeGame.User) => shared.Cluster.FinishAsync(_game.Token, leavingUser);
}
