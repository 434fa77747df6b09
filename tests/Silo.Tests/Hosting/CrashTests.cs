using Superhero.FaultInjection;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class CrashTests
{
    // The silo writes one file after the other, so each step of a file occurs twice. A flush is no step of its own here: what a
    // process has written outlives the process without one.
    [Theory]
    [InlineData(LogEvents.Claimed, 1)]
    [InlineData(LogEvents.FileWritten, 1)]
    [InlineData(LogEvents.FileRenamed, 1)]
    [InlineData(LogEvents.FileWritten, 2)]
    [InlineData(LogEvents.FileRenamed, 2)]
    [InlineData(LogEvents.Loaded, 1)]
    public async Task Game_whose_silo_dies_at_a_step_is_processed_once_by_another(int step, int occurrence)
    {
        // The second silo takes the place and the ports of the first, like one that is restarted.
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(), [.. ClusterBase.Cleaning, ("SILO_PORT", $"{Ports.Free()}"), ("GATEWAY_PORT", $"{Ports.Free()}")]);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.ExitAsync(cluster.Launch(typeof(FaultPoint).Assembly.Location, new FaultPoint(step, occurrence).ToVariables()));
        Assert.InRange(cluster.TemporaryFiles().Length, 0, step == LogEvents.FileWritten ? 1 : 0);

        cluster.LaunchWithinProcess();
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        Assert.Empty(cluster.TemporaryFiles());
        foreach (var table in new[] { "GAME_META", "GAME_PODIUM" })
        {
            Assert.Equal($"{game.Token}_silo-1.gz.parquet", Path.GetFileName(Assert.Single(cluster.Files(table))));
        }

        GameAssertions.HasRows([game], cluster.Output);
    }
}
