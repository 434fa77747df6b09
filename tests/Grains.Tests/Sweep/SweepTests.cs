using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Sweep;

[Trait("Category", "Integration")]
[Collection(SharedCluster.Collection)]
public sealed class SweepTests(SweepingCluster sweeping) : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;

    public static TheoryData<string> Recordings => [.. Recording.Names];

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Games_that_finished_while_no_silo_was_up_are_loaded_once(string name)
    {
        var recording = Recording.Read(name);
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.Cleaning);
        await recording.LoadAsync(cluster.Redis.Database);
        cluster.Launch();
        cluster.Launch();
        await GameAssertions.AreProcessedAsync(recording, cluster);
    }

    [Fact]
    public async Task Sweep_hands_on_finished_games_at_once_when_it_starts_and_later_ones_at_the_second_pass_that_sees_them()
    {
        var running = await new MadeGame(_redis.Database).PutAsync(GameStatus.InProgress);
        var waiting = await new MadeGame(_redis.Database).PutAsync(GameStatus.WaitingLobby);
        var finished = await new MadeGame(_redis.Database).PutAsync();
        var later = new MadeGame(_redis.Database);
        var untouched = new TaskCompletionSource<bool>();
        var isPut = false;
        using var logs = new LogHook(logged =>
        {
            if (Volatile.Read(ref isPut) && logged.Id == LogEvents.SweepPassed && logged.Values["Seen"] == "1")
            {
                // The sweep waits here, at the end of the pass that saw the game.
                untouched.TrySetResult(Task.Run(later.IsUntouchedAsync).GetAwaiter().GetResult());
            }
        });
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, logs: logs);
        await cluster.SweepAsync();
        await Eventually.HoldsAsync(() => cluster.Log.Of(LogEvents.SweepPassed).Count > 4, () => $"five passes. {cluster.Log.Describe()}");
        Assert.Equal(("1", "1"), (cluster.Log.Of(LogEvents.SweepPassed)[0].Values["Seen"], cluster.Log.Of(LogEvents.SweepPassed)[0].Values["Done"]));
        GameAssertions.HasRows([finished], _output.Path);

        Volatile.Write(ref isPut, true);
        await later.PutAsync();
        Assert.True(await untouched.Task.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken), cluster.Log.Describe());
        await Eventually.HoldsAsync(async () => !await later.IsUntouchedAsync(), () => $"the game to be loaded. {cluster.Log.Describe()}");
        Assert.True(await running.IsUntouchedAsync());
        Assert.True(await waiting.IsUntouchedAsync());
        Assert.False(await _redis.Database.KeyExistsAsync(RecordKey.Of(running.Token)));
        GameAssertions.HasRows([finished, later], _output.Path);
    }

    [Fact]
    public async Task Game_without_a_status_yet_is_left_alone_by_the_first_passes_after_a_start()
    {
        var making = new GameKeys(Guid.NewGuid());
        await _redis.Database.ListRightPushAsync(GameKeys.Players("2"), making.Token);
        await _redis.Database.SortedSetAddAsync(GameKeys.Games, making.Token, 0);
        var passes = 0;
        var untouched = new TaskCompletionSource<bool>();
        using var logs = new LogHook(logged =>
        {
            // The first three passes are urgent. The sweep waits here, at the end of the third.
            if (logged.Id == LogEvents.SweepPassed && Interlocked.Increment(ref passes) == 3)
            {
                untouched.TrySetResult(Task.Run(async () =>
                    await _redis.Database.SortedSetScoreAsync(GameKeys.Games, making.Token) is not null
                    && await _redis.Database.ListLengthAsync(GameKeys.Players("2")) == 1
                    && await _redis.Database.StringSetAsync(making.Status, GameStatus.WaitingLobby)).GetAwaiter().GetResult());
            }
        });
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero, logs: logs);
        await cluster.SweepAsync();
        Assert.True(await untouched.Task.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken), cluster.Log.Describe());
        await _redis.WaitForPassesAsync(4);
        Assert.NotNull(await _redis.Database.SortedSetScoreAsync(GameKeys.Games, making.Token));
    }

    [Fact]
    public async Task Failing_games_hold_up_neither_other_games_nor_the_removal_of_orphaned_keys()
    {
        MadeGame[] failing = [.. Enumerable.Range(0, 40).Select(_ => new MadeGame(sweeping.Database))];
        foreach (var game in failing)
        {
            sweeping.Block(game, "GAME_PODIUM");
            await game.PutAsync();
        }

        await sweeping.Redis.WaitForPassesAsync(3);
        var stray = new GameKeys(Guid.NewGuid());
        await sweeping.Database.SetAddAsync(stray.Participants, MadeGame.User);
        var missed = await sweeping.PutAsync();
        await Eventually.HoldsAsync(
            async () => !await sweeping.Database.KeyExistsAsync(missed.Keys.Logs) && await sweeping.Database.KeyTimeToLiveAsync(stray.Participants) is not null,
            () => $"the game to be cleaned and the orphaned key to expire. {sweeping.Cluster.Log.Describe()}");
        foreach (var game in failing)
        {
            Assert.NotNull(await sweeping.Database.SortedSetScoreAsync(GameKeys.Games, game.Keys.Token));
        }
    }

    [Fact]
    public async Task Orphaned_keys_are_removed_and_no_others()
    {
        var redis = _redis.Database;
        var running = await new MadeGame(redis).PutAsync(GameStatus.InProgress);
        var quarantined = await new MadeGame(redis).PutAsync();
        await redis.ListRightPushAsync(quarantined.Keys.Logs, "not JSON");
        await redis.StringSetAsync("superheros", "");
        await redis.StringSetAsync("games:not-a-token:status", "");
        await redis.StringSetAsync("games:players:9", "no list");

        // A server that crashed between making a lobby's entries, at each point.
        await redis.ListRightPushAsync(GameKeys.Players("3"), $"{Guid.NewGuid()}");
        await redis.SortedSetAddAsync(GameKeys.Games, $"{Guid.NewGuid()}", 0);

        // Keys that players wrote after the cleaning, and keys that an eviction left.
        await redis.StringSetAsync(new GameKeys(Guid.NewGuid()).Status, GameStatus.Completed);
        await redis.HashSetAsync(new GameKeys(Guid.NewGuid()).Hero(MadeGame.User), "health", 5);
        await redis.SetAddAsync(new GameKeys(Guid.NewGuid()).Participants, MadeGame.User);

        // A finished game and a lobby that somebody else took off the index.
        var unlisted = await new MadeGame(redis).PutAsync();
        var timedOut = await new MadeGame(redis).PutAsync(GameStatus.TimedOut);
        await redis.SortedSetRemoveAsync(GameKeys.Games, [unlisted.Keys.Token, timedOut.Keys.Token]);

        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero);
        await cluster.SweepAsync();
        var expected = running.AllKeys.Concat(quarantined.AllKeys).Select(key => $"{key}")
            .Append(GameKeys.Games).Append($"{GameKeys.Players("2")}").Append("games:not-a-token:status").Append("games:players:9")
            .Append($"{RecordKey.Of(quarantined.Token)}").Order(StringComparer.Ordinal).ToArray();
        await Eventually.HoldsAsync(
            () => _redis.GameKeys().Order(StringComparer.Ordinal).SequenceEqual(expected),
            () => $"the keys {string.Join(", ", _redis.GameKeys().Except(expected))} to go, and {string.Join(", ", expected.Except(_redis.GameKeys()))} to come. {cluster.Log.Describe()}");

        Assert.True(await running.IsUntouchedAsync());
        Assert.True(await quarantined.IsUntouchedAsync());
        Assert.Equal(2, Directory.GetFiles(_output.Path, $"{unlisted.Token}*.parquet", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Pass_takes_a_bounded_number_of_commands_however_many_other_keys_Redis_holds()
    {
        await _redis.Database.ScriptEvaluateAsync("for i = 1, 20000 do redis.call('SET', 'other:' .. i, '') end");
        await new MadeGame(_redis.Database).PutAsync(GameStatus.InProgress);
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        await cluster.SweepAsync();
        await _redis.WaitForPassesAsync(2);
        var (passes, commands) = (await _redis.CallsAsync("zscan"), await _redis.CallsAsync("total"));
        await _redis.WaitForPassesAsync(5);
        var perPass = (double)(await _redis.CallsAsync("total") - commands) / (await _redis.CallsAsync("zscan") - passes);
        Assert.InRange(perPass, 1, 100);
    }
}
