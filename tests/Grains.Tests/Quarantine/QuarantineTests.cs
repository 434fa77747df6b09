using System.Collections.Concurrent;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Quarantine;

[Trait("Category", "Integration")]
public sealed class QuarantineTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;
    private GrainCluster _cluster = null!;
    private readonly ConcurrentQueue<string> _failures = new();
    private int _quarantined;

    private static readonly Fault[] Faults =
    [
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, "{not JSON"), "a log line is not JSON", true),
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, """{"PAYLOAD": []}"""), "a log line has an unknown shape", true),
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, new MadeGame(redis).Line), "a log line is of another game", true),
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, game.Line.Replace("\"ENEMY_DAMAGE\": 5", "\"ENEMY_DAMAGE\": -5", StringComparison.Ordinal)), "a number in a log line is out of range", true),
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, game.Line.Replace("\"ENEMY_DAMAGE\": 5", $"\"ENEMY_DAMAGE\": {ulong.MaxValue}", StringComparison.Ordinal)), "a sum of damage is out of its column's range", false),
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, [.. Enumerable.Repeat((RedisValue)game.Line, 65536)]), "rounds 65537 is out of its column's range", false),
        new((redis, game) => redis.ListRightPushAsync(game.Keys.Logs, [.. Enumerable.Range(0, 300).Select(i => (RedisValue)game.Line.Replace(MadeGame.Enemy, $"{Guid.NewGuid()}", StringComparison.Ordinal))]), "rank 302 is out of its column's range", false),
        new((redis, game) => redis.KeyDeleteAsync(game.Keys.Hero(MadeGame.Enemy)), $"participant {MadeGame.Enemy} has no hero", false),
        new((redis, game) => redis.HashSetAsync(game.Keys.Hero(MadeGame.Enemy), "id", 65536), $"superhero_id '65536' of participant {MadeGame.Enemy} is out of its column's range", false),
        new(async (redis, game) => { await redis.KeyDeleteAsync(game.Keys.Hero(MadeGame.Enemy)); await redis.StringSetAsync(game.Keys.Hero(MadeGame.Enemy), ""); }, "a key of the game has the wrong type", false),
        new(async (redis, game) => { await redis.KeyDeleteAsync(game.Keys.Logs); await redis.StringSetAsync(game.Keys.Logs, ""); }, "a key of the game has the wrong type", false),
        new(async (redis, game) => { await redis.KeyDeleteAsync(game.Keys.Status); await redis.SetAddAsync(game.Keys.Status, ""); }, "a key of the game has the wrong type", false),
        new((redis, game) => redis.SetAddAsync(game.Keys.Participants, [new byte[] { 0xff }, new byte[] { 0xfe }]), "a participant's user_token is not text", false),
        new((redis, game) => redis.KeyDeleteAsync(game.Keys.Logs), "the game is completed and its log is gone", false),
    ];

    public async ValueTask InitializeAsync()
    {
        _redis = await RealRedis.StartAsync();
        _cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, expiry: TimeSpan.Zero, logs: new LogHook((name, line) =>
        {
            if (name == "LogQuarantined")
            {
                Interlocked.Increment(ref _quarantined);
            }
            else if (name is "LogFailed" or "LogGameFailed")
            {
                _failures.Enqueue(line);
            }
        }));
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task Games_that_cannot_be_processed_keep_their_keys_and_are_done_when_they_are_mended()
    {
        var redis = _redis.Database;
        var games = await Task.WhenAll(Faults.Select(async fault =>
        {
            var game = await new MadeGame(redis).PutAsync();
            await fault.Spoil(redis, game);
            return (Fault: fault, Game: game, Before: await DumpAsync(game));
        }));
        var store = new QuarantineStore(_redis.Connection);
        foreach (var (fault, game, _) in games)
        {
            Assert.Equal(GameOutcome.Quarantined, await _cluster.FinishAsync(game.Token));
            Assert.Equal(GameOutcome.Quarantined, await _cluster.FinishAsync(game.Token));
            Assert.Equal(GameOutcome.Quarantined, await _cluster.Grains.GetGrain<IGameGrain>(game.Token).Replay());
            var entry = (await store.FindAsync(game.Token))!;
            Assert.Equal((fault.Reason, fault.HasLine, "silo"), (entry.Reason, entry.Line is not null, entry.Silo));
        }

        // Nor does the sweep try them again and again.
        await _cluster.SweepAsync();
        await _redis.WaitForPassesAsync(4);
        foreach (var (_, game, before) in games)
        {
            Assert.Equal(before, await DumpAsync(game));
        }

        Assert.Equal(games.Length, (await store.AllAsync()).Count);
        Assert.Equal(2 * games.Length, _quarantined);
        Assert.Empty(_failures);
        Assert.Empty(GameAssertions.Files(_output.Path));

        foreach (var (_, game, _) in games)
        {
            await redis.KeyDeleteAsync(game.AllKeys);
            await game.PutAsync();
            Assert.Equal(GameOutcome.Loaded, await _cluster.Grains.GetGrain<IGameGrain>(game.Token).Replay());
        }

        Assert.Empty(await store.AllAsync());
        GameAssertions.HasRows(games.Select(entry => entry.Game), _output.Path);
        Assert.All(_redis.GameKeys(), key => Assert.NotNull(RecordKey.TokenIn(key)));
    }

    [Fact]
    public async Task A_game_whose_keys_another_cleaner_took_under_the_work_is_quarantined()
    {
        // All gone: there is no sign that it ever was a game.
        var game = await new MadeGame(_redis.Database).PutAsync();
        await _redis.Database.KeyDeleteAsync(game.AllKeys);
        Assert.Equal(GameOutcome.Unknown, await _cluster.FinishAsync(game.Token));

        // Gone between the claim and the reading: the claim is such a sign.
        await game.PutAsync();
        await using var other = await GrainCluster.StartAsync(_redis.Options, _output.Path, logs: new LogHook((name, _) =>
        {
            if (name == "LogWritten")
            {
                throw new IOException("the disk is full");
            }
        }));
        Assert.Equal(GameOutcome.Failed, await other.FinishAsync(game.Token));
        await _redis.Database.KeyDeleteAsync(game.AllKeys);
        Assert.Equal(GameOutcome.Quarantined, await other.Grains.GetGrain<IGameGrain>(game.Token).Replay());
        Assert.Equal("its keys left Redis before it was loaded", Assert.Single(await new QuarantineStore(_redis.Connection).AllAsync()).Reason);
        Assert.Empty(GameAssertions.Files(_output.Path));
    }

    [Fact]
    public async Task A_game_that_fails_by_itself_is_tried_5_times_and_then_quarantined_with_its_error()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, logs: new LogHook((name, _) =>
        {
            if (name == "LogWritten")
            {
                throw new InvalidOperationException("out of order");
            }
        }));
        var game = await new MadeGame(_redis.Database).PutAsync();
        await cluster.SweepAsync();
        await Eventually.HoldsAsync(async () => await new QuarantineStore(_redis.Connection).FindAsync(game.Token) is not null, () => "the quarantine");
        Assert.Contains("out of order", (await new QuarantineStore(_redis.Connection).FindAsync(game.Token))!.Reason, StringComparison.Ordinal);
        var record = await _redis.Database.HashGetAsync(RecordKey.Of(game.Token), ["stage", "failures", "last_error"]);
        Assert.Equal(("Quarantined", 5), ((string?)record[0], (int)record[1]));
        Assert.Contains("out of order", (string?)record[2], StringComparison.Ordinal);
        Assert.True(await game.IsUntouchedAsync());
        Assert.Equal(GameOutcome.Loaded, await _cluster.Grains.GetGrain<IGameGrain>(game.Token).Replay());
    }

    [Theory]
    [InlineData("data", "null")]
    [InlineData("data", "not JSON")]
    [InlineData("data", """{"Stage": 7}""")]
    [InlineData("data", """{"Stage": 1, "ClaimedBy": null}""")]
    [InlineData("data", """{"Stage": 1, "ClaimedBy": "x", "Attempts": "many"}""")]
    [InlineData("stage", "Elsewhere", "attempt", "1", "claimed_by", "x")]
    [InlineData("stage", "Claimed", "attempt", "abc", "claimed_by", "x")]
    [InlineData("stage", "Claimed", "attempt", "1.5", "claimed_by", "x")]
    [InlineData("stage", "Claimed", "attempt", "2147483647", "claimed_by", "x")]
    [InlineData("stage", "Loaded", "claimed_by", "x")]
    [InlineData("stage", "Claimed", "attempt", "1", "claimed_by", "../../../evil")]
    [InlineData("stage", "Claimed", "attempt", "1", "claimed_by", "x", "attempted_at", "yesterday")]
    public async Task A_record_that_makes_no_sense_sends_its_game_to_quarantine_and_stays_as_it_is(params string[] fields)
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        HashEntry[] record = [.. fields.Chunk(2).Select(field => new HashEntry(field[0], field[1]))];
        await _redis.Database.HashSetAsync(RecordKey.Of(game.Token), record);
        var grain = _cluster.Grains.GetGrain<IGameGrain>(game.Token);
        Assert.Equal(GameOutcome.Quarantined, await grain.Finish(MadeGame.User));
        Assert.Equal(GameOutcome.Quarantined, await grain.Replay());
        Assert.Equal(1, _quarantined);
        Assert.Equal(
            record.OrderBy(field => (string?)field.Name), (await _redis.Database.HashGetAllAsync(RecordKey.Of(game.Token))).OrderBy(field => (string?)field.Name));
        Assert.True(await game.IsUntouchedAsync());
        Assert.Empty(GameAssertions.Files(_output.Path));
    }

    [Fact]
    public async Task A_list_of_another_type_keeps_no_game_from_being_done()
    {
        await _redis.Database.StringSetAsync(QuarantineStore.Key, "");
        var (announced, missed) = (await new MadeGame(_redis.Database).PutAsync(), await new MadeGame(_redis.Database).PutAsync());
        Assert.Equal(GameOutcome.Loaded, await _cluster.FinishAsync(announced.Token));
        await _cluster.SweepAsync();
        await Eventually.HoldsAsync(async () => !await _redis.Database.KeyExistsAsync(missed.Keys.Logs), () => "the other game to be done");
        GameAssertions.HasRows([announced, missed], _output.Path);
    }

    [Fact]
    public async Task A_game_without_a_status_whose_participants_are_none_is_quarantined()
    {
        var game = new MadeGame(_redis.Database);
        await _redis.Database.StringSetAsync(game.Keys.Participants, "");
        Assert.Equal(GameOutcome.Quarantined, await _cluster.FinishAsync(game.Token, leavingUser: null));
    }

    [Fact]
    public async Task A_game_whose_record_is_none_is_quarantined_until_that_is_mended()
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        await _redis.Database.StringSetAsync(RecordKey.Of(game.Token), "");
        var grain = _cluster.Grains.GetGrain<IGameGrain>(game.Token);
        Assert.Equal(GameOutcome.Quarantined, await grain.Finish(MadeGame.User));
        Assert.Equal(GameOutcome.Quarantined, await grain.Finish(MadeGame.User));
        Assert.Equal(1, _quarantined);
        Assert.Equal(
            $"what stands in Redis as {RecordKey.Of(game.Token)} is no record of a game",
            Assert.Single(await new QuarantineStore(_redis.Connection).AllAsync()).Reason);
        Assert.True(await game.IsUntouchedAsync());
        await _redis.Database.KeyDeleteAsync(RecordKey.Of(game.Token));
        Assert.Equal(GameOutcome.Loaded, await grain.Replay());
        Assert.Empty(await new QuarantineStore(_redis.Connection).AllAsync());
    }

    [Fact]
    public async Task A_replay_that_fails_is_tried_again_by_the_sweep()
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        await _redis.Database.ListRightPushAsync(game.Keys.Logs, "not JSON");
        await _cluster.SweepAsync();
        await Eventually.HoldsAsync(async () => await new QuarantineStore(_redis.Connection).FindAsync(game.Token) is not null, () => "the quarantine");
        await _redis.Database.ListRightPopAsync(game.Keys.Logs);
        var inTheWay = Directory.CreateDirectory(Path.Combine(_output.Path, "superhero", "GAME_META", $"{game.Token}_silo.gz.parquet"));
        Assert.Equal(GameOutcome.Failed, await _cluster.Grains.GetGrain<IGameGrain>(game.Token).Replay());
        Assert.Empty(await new QuarantineStore(_redis.Connection).AllAsync());
        inTheWay.Delete();
        await Eventually.HoldsAsync(async () => !await _redis.Database.KeyExistsAsync(game.Keys.Logs), () => "the game to be done");
        GameAssertions.HasRows([game], _output.Path);
    }

    [Theory]
    [InlineData("games:players:2")]
    [InlineData("games:participants")]
    public async Task An_index_of_another_type_keeps_no_game_from_being_done(string index)
    {
        var game = await new MadeGame(_redis.Database).PutAsync();
        await _redis.Database.KeyDeleteAsync(index);
        await _redis.Database.StringSetAsync(index, "");
        Assert.Equal(GameOutcome.Loaded, await _cluster.FinishAsync(game.Token));
        GameAssertions.HasRows([game], _output.Path);
        Assert.False(await _redis.Database.KeyExistsAsync(game.Keys.Logs));
    }

    // All that Redis holds of the game, but for the times of its record.
    private async Task<string[]> DumpAsync(MadeGame game) => await Task.WhenAll(game.AllKeys.Select(async key =>
        $"{key} {await _redis.Database.KeyTimeToLiveAsync(key)} {Convert.ToHexString(await _redis.Database.KeyDumpAsync(key) ?? [])}"));

    private sealed record Fault(Func<IDatabase, MadeGame, Task> Spoil, string Reason, bool HasLine);
}
