using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Quarantine;

[Trait("Category", "Integration")]
[Collection(SharedCluster.Collection)]
public sealed class QuarantineTests(SharedCluster shared, SweepingCluster sweeping)
{
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

    [Fact]
    public async Task Games_that_cannot_be_processed_keep_their_keys_and_are_loaded_by_a_replay_once_they_are_repaired()
    {
        var (redis, cluster, store) = (sweeping.Database, sweeping.Cluster, new QuarantineStore(sweeping.Redis.Connection));
        var games = await Task.WhenAll(Faults.Select(async fault =>
        {
            // The sweep leaves it alone until it is spoiled.
            var game = await sweeping.PutAsync(GameStatus.InProgress);
            await fault.Spoil(redis, game);
            if (await redis.KeyTypeAsync(game.Keys.Status) == RedisType.String)
            {
                await redis.StringSetAsync(game.Keys.Status, GameStatus.Completed);
            }

            return (Fault: fault, Game: game, Before: await DumpAsync(game));
        }));
        foreach (var (fault, game, _) in games)
        {
            Assert.Equal(GameOutcome.Quarantined, await cluster.FinishAsync(game.Token));
            Assert.Equal(GameOutcome.Quarantined, await cluster.FinishAsync(game.Token));
            Assert.Equal(GameOutcome.Quarantined, await ReplayAsync(cluster, game));
            var entry = (await store.FindAsync(game.Token))!;
            Assert.Equal((fault.Reason, fault.HasLine, "silo"), (entry.Reason, entry.Line is not null, entry.Silo));
        }

        // The sweep does not retry them.
        await sweeping.Redis.WaitForPassesAsync(4);
        var listed = (await store.AllAsync()).Select(entry => entry.Token).ToList();
        foreach (var (_, game, before) in games)
        {
            Assert.Equal(before, await DumpAsync(game));
            Assert.Contains(game.Token, listed);
            Assert.Equal(2, cluster.Log.Of(LogEvents.Quarantined, game.Token).Count);
            Assert.Empty(cluster.Log.Of(LogEvents.AttemptFailed, game.Token));
            Assert.Empty(cluster.Log.Of(LogEvents.SweepGameFailed, game.Token));
            Assert.Empty(sweeping.FilesOf(game));
        }

        foreach (var (_, game, _) in games)
        {
            await redis.KeyDeleteAsync(game.AllKeys);
            await game.PutAsync();
            await Eventually.HoldsAsync(
                async () => await ReplayAsync(cluster, game) == GameOutcome.Loaded, () => $"the replay of {game.Token}. {cluster.Log.Describe()}");
            Assert.Null(await store.FindAsync(game.Token));
            Assert.Equal(game.Rows, sweeping.RowsOf(game));
            Assert.DoesNotContain(await sweeping.Redis.PersistentKeysAsync(), key => key.Contains(game.Keys.Token, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Game_whose_keys_vanish_is_unknown_before_its_claim_and_quarantined_after_it()
    {
        var game = await shared.PutAsync();
        await shared.Database.KeyDeleteAsync(game.AllKeys);
        Assert.Equal(GameOutcome.Unknown, await shared.Cluster.FinishAsync(game.Token));

        await game.PutAsync();
        shared.Cluster.Log.Interrupt(game.Token, LogEvents.FileWritten, () => throw new IOException("the disk is full"));
        Assert.Equal(GameOutcome.Failed, await shared.Cluster.FinishAsync(game.Token));
        await shared.Database.KeyDeleteAsync(game.AllKeys);
        Assert.Equal(GameOutcome.Quarantined, await ReplayAsync(shared.Cluster, game));
        Assert.Equal("its keys left Redis before it was loaded", (await FindAsync(shared, game))?.Reason);
        Assert.Empty(shared.FilesOf(game));
    }

    [Fact]
    public async Task Game_that_fails_unexpectedly_is_tried_5_times_and_then_quarantined_with_its_error()
    {
        var game = new MadeGame(sweeping.Database);
        sweeping.Cluster.Log.Interrupt(game.Token, LogEvents.FileWritten, () => throw new InvalidOperationException("out of order"));
        await game.PutAsync();
        await Eventually.HoldsAsync(async () => await FindAsync(sweeping, game) is not null, () => $"the quarantine. {sweeping.Cluster.Log.Describe()}");
        Assert.Contains("out of order", (await FindAsync(sweeping, game))!.Reason, StringComparison.Ordinal);
        var record = await sweeping.Database.HashGetAsync(RecordKey.Of(game.Token), ["stage", "failures", "last_error"]);
        Assert.Equal(("Quarantined", 5), ((string?)record[0], (int)record[1]));
        Assert.Contains("out of order", (string?)record[2], StringComparison.Ordinal);
        Assert.True(await game.IsUntouchedAsync());
        sweeping.Cluster.Log.Resume(game.Token, LogEvents.FileWritten);
        await Eventually.HoldsAsync(
            async () => await ReplayAsync(sweeping.Cluster, game) == GameOutcome.Loaded, () => $"the replay. {sweeping.Cluster.Log.Describe()}");
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
    public async Task Record_that_is_malformed_sends_its_game_to_quarantine_and_is_kept(params string[] fields)
    {
        var game = await shared.PutAsync();
        HashEntry[] record = [.. fields.Chunk(2).Select(field => new HashEntry(field[0], field[1]))];
        await shared.Database.HashSetAsync(RecordKey.Of(game.Token), record);
        Assert.Equal(GameOutcome.Quarantined, await shared.Cluster.FinishAsync(game.Token));
        Assert.Equal(GameOutcome.Quarantined, await ReplayAsync(shared.Cluster, game));
        Assert.Single(shared.Cluster.Log.Of(LogEvents.Quarantined, game.Token));
        Assert.Equal(
            record.OrderBy(field => (string?)field.Name), (await shared.Database.HashGetAllAsync(RecordKey.Of(game.Token))).OrderBy(field => (string?)field.Name));
        Assert.True(await game.IsUntouchedAsync());
        Assert.Empty(shared.FilesOf(game));
    }

    [Fact]
    public async Task Record_of_another_type_sends_its_game_to_quarantine_until_it_is_removed()
    {
        var game = await shared.PutAsync();
        await shared.Database.StringSetAsync(RecordKey.Of(game.Token), "");
        Assert.Equal(GameOutcome.Quarantined, await shared.Cluster.FinishAsync(game.Token));
        Assert.Equal(GameOutcome.Quarantined, await shared.Cluster.FinishAsync(game.Token));
        Assert.Single(shared.Cluster.Log.Of(LogEvents.Quarantined, game.Token));
        Assert.Equal($"what stands in Redis as {RecordKey.Of(game.Token)} is no record of a game", (await FindAsync(shared, game))?.Reason);
        Assert.True(await game.IsUntouchedAsync());
        await shared.Database.KeyDeleteAsync(RecordKey.Of(game.Token));
        Assert.Equal(GameOutcome.Loaded, await ReplayAsync(shared.Cluster, game));
        Assert.Null(await FindAsync(shared, game));
    }

    [Fact]
    public async Task Game_without_a_status_whose_participants_have_another_type_is_quarantined()
    {
        var game = new MadeGame(shared.Database);
        await shared.Database.StringSetAsync(game.Keys.Participants, "");
        Assert.Equal(GameOutcome.Quarantined, await shared.Cluster.FinishAsync(game.Token, leavingUser: null));
    }

    [Fact]
    public async Task Replay_that_fails_is_retried_by_the_sweep()
    {
        var game = new MadeGame(sweeping.Database);
        await sweeping.Database.ListRightPushAsync(game.Keys.Logs, "not JSON");
        await game.PutAsync();
        await Eventually.HoldsAsync(async () => await FindAsync(sweeping, game) is not null, () => $"the quarantine. {sweeping.Cluster.Log.Describe()}");
        await sweeping.Database.ListLeftPopAsync(game.Keys.Logs);
        var inTheWay = sweeping.Block(game, "GAME_META");
        await Eventually.HoldsAsync(
            async () => await ReplayAsync(sweeping.Cluster, game) == GameOutcome.Failed, () => $"the replay to fail. {sweeping.Cluster.Log.Describe()}");
        Assert.Null(await FindAsync(sweeping, game));
        inTheWay.Delete();
        await Eventually.HoldsAsync(
            async () => !await sweeping.Database.KeyExistsAsync(game.Keys.Logs), () => $"the game to be cleaned. {sweeping.Cluster.Log.Describe()}");
        Assert.Equal(game.Rows, sweeping.RowsOf(game));
    }

    [Fact]
    public async Task Quarantine_and_indexes_of_another_type_do_not_keep_games_from_being_loaded()
    {
        using var output = new TemporaryFolder();
        await using var redis = await RealRedis.StartAsync();
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path);
        await redis.Database.StringSetAsync(QuarantineStore.Key, "");
        MadeGame[] games = [.. Enumerable.Range(0, 4).Select(_ => new MadeGame(redis.Database))];
        await games[0].PutAsync();
        await games[1].PutAsync();
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(games[0].Token));
        await cluster.SweepAsync();
        await Eventually.HoldsAsync(
            async () => !await redis.Database.KeyExistsAsync(games[1].Keys.Logs), () => $"the sweep to find the other game. {cluster.Log.Describe()}");

        foreach (var (game, index) in games[2..].Zip([$"{GameKeys.Players("2")}", GameKeys.Games]))
        {
            await game.PutAsync();
            await redis.Database.KeyDeleteAsync(index);
            await redis.Database.StringSetAsync(index, "");
            Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token));
            Assert.False(await redis.Database.KeyExistsAsync(game.Keys.Logs));
            await redis.Database.KeyDeleteAsync(index);
        }

        GameAssertions.HasRows(games, output.Path);
    }

    private static Task<GameOutcome> ReplayAsync(GrainCluster cluster, MadeGame game) => cluster.Grains.GetGrain<IGameGrain>(game.Token).Replay();

    private static Task<QuarantinedGame?> FindAsync(SharedCluster cluster, MadeGame game) => new QuarantineStore(cluster.Redis.Connection).FindAsync(game.Token);

    // All that Redis holds of the game, except for the times of its record.
    private async Task<string[]> DumpAsync(MadeGame game) => await Task.WhenAll(game.AllKeys.Select(async key =>
        $"{key} {await sweeping.Database.KeyTimeToLiveAsync(key)} {Convert.ToHexString(await sweeping.Database.KeyDumpAsync(key) ?? [])}"));

    private sealed record Fault(Func<IDatabase, MadeGame, Task> Spoil, string Reason, bool HasLine);
}
