using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Sweep;

[Trait("Category", "Integration")]
public sealed class SweepTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;

    public static TheoryData<string, int> Recordings =>
        [.. from name in Recording.Names from silos in new[] { 2 } select new TheoryDataRow<string, int>(name, silos)];

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Games_that_finished_while_no_silo_was_up_are_done_once(string name, int silos)
    {
        var recording = Recording.Read(name);
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"));
        await recording.LoadAsync(cluster.Redis.Database);
        for (var i = 0; i < silos; i++)
        {
            cluster.Launch();
        }

        await GameAssertions.AreProcessedAsync(recording, cluster);
    }

    [Fact]
    public async Task What_is_not_finished_is_left_alone_and_what_is_is_done()
    {
        var running = await new MadeGame(_redis.Database).PutAsync(GameStatus.InProgress);
        var waiting = await new MadeGame(_redis.Database).PutAsync(GameStatus.WaitingLobby);
        var finished = await new MadeGame(_redis.Database).PutAsync();
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos: 2);
        await cluster.SweepAsync();

        await Eventually.HoldsAsync(
            async () => await _redis.Database.SortedSetScoreAsync(GameKeys.Games, finished.Keys.Token) is null, () => "the game to be cleaned");
        Assert.Equal(2, Directory.GetFiles(_output.Path, "*.parquet", SearchOption.AllDirectories).Length);
        await _redis.WaitForPassesAsync(3);
        Assert.True(await running.IsUntouchedAsync());
        Assert.True(await waiting.IsUntouchedAsync());
        Assert.False(await _redis.Database.KeyExistsAsync(RecordKey.Of(running.Token)));
    }

    [Fact]
    public async Task A_game_that_finished_a_moment_ago_is_left_alone_for_a_pass()
    {
        // When it starts it leaves nothing alone, so the game comes later.
        var game = new MadeGame(_redis.Database);
        var (passes, put) = (0, int.MaxValue);
        var untouched = new TaskCompletionSource<bool>();
        using var logs = new LogHook((name, line) =>
        {
            if (name == "LogPassed" && Interlocked.Increment(ref passes) > put && line.Contains("finished games: 1,", StringComparison.Ordinal))
            {
                // The sweep waits here, at the end of the pass that saw the game.
                untouched.TrySetResult(Task.Run(game.IsUntouchedAsync).GetAwaiter().GetResult());
            }
        });
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, logs: logs);
        await cluster.SweepAsync();
        await _redis.WaitForPassesAsync(4);
        put = passes;
        await game.PutAsync();
        Assert.True(await untouched.Task);
        await Eventually.HoldsAsync(async () => !await game.IsUntouchedAsync(), () => "the game to be done");
    }

    [Fact]
    public async Task When_it_starts_it_hands_on_at_once_what_is_finished()
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        var handedOn = new TaskCompletionSource<string>();
        using var logs = new LogHook((name, line) =>
        {
            if (name == "LogPassed")
            {
                handedOn.TrySetResult(line);
            }
        });
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, logs: logs);
        await cluster.SweepAsync();
        Assert.Contains("handed on: 1", await handedOn.Task, StringComparison.Ordinal);
        GameAssertions.HasRows([game], _output.Path);
    }

    [Fact]
    public async Task Game_without_a_status_yet_is_left_alone_by_the_passes_at_a_start()
    {
        var making = new GameKeys(Guid.NewGuid());
        await _redis.Database.ListRightPushAsync(GameKeys.Players("2"), making.Token);
        await _redis.Database.SortedSetAddAsync(GameKeys.Games, making.Token, 0);
        var passes = 0;
        var untouched = new TaskCompletionSource<bool>();
        using var logs = new LogHook((name, _) =>
        {
            // Three passes at a start are urgent. The sweep waits here, at the end of the third.
            if (name == "LogPassed" && Interlocked.Increment(ref passes) == 3)
            {
                untouched.TrySetResult(Task.Run(async () =>
                    await _redis.Database.SortedSetScoreAsync(GameKeys.Games, making.Token) is not null
                    && await _redis.Database.ListLengthAsync(GameKeys.Players("2")) == 1
                    && await _redis.Database.StringSetAsync(making.Status, GameStatus.WaitingLobby)).GetAwaiter().GetResult());
            }
        });
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero, logs: logs);
        await cluster.SweepAsync();
        Assert.True(await untouched.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken));
        await _redis.WaitForPassesAsync(4);
        Assert.NotNull(await _redis.Database.SortedSetScoreAsync(GameKeys.Games, making.Token));
    }

    [Fact]
    public async Task Games_that_fail_hold_up_no_other()
    {
        foreach (var game in await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => new MadeGame(_redis.Database).PutAsync())))
        {
            Directory.CreateDirectory(Path.Combine(_output.Path, "superhero", "GAME_PODIUM", $"{game.Token}_silo.gz.parquet"));
        }

        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero);
        await cluster.SweepAsync();
        await _redis.WaitForPassesAsync(3);
        var stray = new GameKeys(Guid.NewGuid());
        await _redis.Database.SetAddAsync(stray.Participants, MadeGame.User);
        var missed = await new MadeGame(_redis.Database).PutAsync();
        await Eventually.HoldsAsync(
            async () => !await _redis.Database.KeyExistsAsync(missed.Keys.Logs) && !await _redis.Database.KeyExistsAsync(stray.Participants),
            () => "the game and the orphaned key to be done");
        Assert.Equal(40, await _redis.Database.SortedSetLengthAsync(GameKeys.Games));
    }

    [Fact]
    public async Task Keys_whose_game_is_gone_are_removed_and_no_other()
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

        // What players wrote after the cleaning, and keys that an eviction left.
        await redis.StringSetAsync(new GameKeys(Guid.NewGuid()).Status, GameStatus.Completed);
        await redis.HashSetAsync(new GameKeys(Guid.NewGuid()).Hero(MadeGame.User), "health", 5);
        await redis.SetAddAsync(new GameKeys(Guid.NewGuid()).Participants, MadeGame.User);

        // A game that somebody else took off the index, finished, and a lobby.
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
            () => $"nothing more than {string.Join(", ", _redis.GameKeys().Except(expected))}, nor less than {string.Join(", ", expected.Except(_redis.GameKeys()))}");

        Assert.True(await running.IsUntouchedAsync());
        Assert.True(await quarantined.IsUntouchedAsync());
        Assert.Equal(2, Directory.GetFiles(_output.Path, $"{unlisted.Token}*.parquet", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task A_pass_costs_as_much_whatever_else_Redis_holds()
    {
        for (var i = 0; i < 20; i++)
        {
            var first = i * 1000;
            await _redis.Database.StringSetAsync(
                [.. Enumerable.Range(first, 1000).Select(j => new KeyValuePair<StackExchange.Redis.RedisKey, StackExchange.Redis.RedisValue>($"other:{j}", ""))]);
        }

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
