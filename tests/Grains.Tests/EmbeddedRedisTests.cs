using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
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
}
