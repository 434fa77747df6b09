using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>The embedded Redis does for the grains what a redis-server does, and takes no process of its own.</summary>
public class EmbeddedRedisTests
{
    [Fact]
    public async Task Embedded_Redis_takes_a_game_from_many_simultaneous_calls_to_expiring_keys_and_an_archive()
    {
        using var output = new TemporaryFolder();
        using var archive = new TemporaryFolder();
        await using var redis = await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken);
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path, silos: 2, archive: archive.Path);
        await GrainAssertions.ManyCallsAreOneLoadAsync(cluster, redis.Database, output.Path, archive.Path);

        var unknown = Guid.NewGuid();
        Assert.Equal(GameOutcome.Unknown, await cluster.FinishAsync(unknown));
        Assert.False(await redis.Database.KeyExistsAsync(RecordKey.Of(unknown)));
    }

    [Fact]
    public async Task Long_lists_of_lobbies_lose_entries_without_a_game()
    {
        using var output = new TemporaryFolder();
        await using var redis = await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken);
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path);
        await redis.Database.ListRightPushAsync(GameKeys.Players("2"), [.. Enumerable.Range(0, 1500).Select(_ => (RedisValue)$"{Guid.NewGuid()}")]);
        var (finished, running) = (await new MadeGame(redis.Database).PutAsync(), await new MadeGame(redis.Database).PutAsync(GameStatus.InProgress));
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(finished.Token));
        Assert.Equal(1501, await redis.Database.ListLengthAsync(GameKeys.Players("2")));

        var lobbies = new OrphanedLobbies(redis.Connection);
        lobbies.Add($"{GameKeys.Players("2")}");
        await lobbies.StepAsync();
        await lobbies.StepAsync();
        Assert.Equal(running.Keys.Token, Assert.Single(await redis.Database.ListRangeAsync(GameKeys.Players("2"))));
    }

    [Fact]
    public async Task Hold_that_lies_ahead_ends_and_late_log_lines_are_removed()
    {
        using var output = new TemporaryFolder();
        await using var redis = await OwnEmbeddedRedis.StartAsync(TestContext.Current.CancellationToken);
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path, expiry: TimeSpan.Zero, hold: TimeSpan.FromSeconds(1));
        var game = await new MadeGame(redis.Database).PutAsync();
        await redis.Database.HashSetAsync(
            RecordKey.Of(game.Token),
            [new("stage", "Claimed"), new("attempt", 1), new("claimed_by", "another"), new("attempted_by", "10.1.2.3:7@1"), new("attempted_at", 99_999_999_999_999)]);
        Assert.Equal(GameOutcome.Waiting, await cluster.FinishAsync(game.Token));
        await Eventually.HoldsAsync(async () => await cluster.FinishAsync(game.Token) == GameOutcome.Loaded, () => "the hold to end");
        await redis.Database.ListRightPushAsync(game.Keys.Logs, game.Line);
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token, leavingUser: null));
        Assert.False(await redis.Database.KeyExistsAsync(game.Keys.Logs));
        Assert.Single(cluster.Log.Of(LogEvents.LateLinesRemoved, game.Token));
    }
}
