using Superhero.FaultInjection;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class CrashTests
{
    // The files are written one after the other, so each step of a file happens twice.
    private static readonly FaultPoint[] FaultPoints =
    [
        new("LogClaimed", 1),
        new("LogWritten", 1), new("LogFlushed", 1), new("LogRenamed", 1),
        new("LogWritten", 2), new("LogFlushed", 2), new("LogRenamed", 2),
        new("LogLoaded", 1),
    ];

    [Fact]
    public Task A_game_whose_silo_dies_at_any_step_is_done_once_by_another() => Task.WhenAll(
        FaultPoints.Select(async fault =>
        {
            try
            {
                await DieAndResumeAsync(fault);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"When the silo died at {fault}: {exception.Message}", exception);
            }
        }));

    private static async Task DieAndResumeAsync(FaultPoint fault)
    {
        // The second silo takes the place of the first, ports and all, as one does that is restarted.
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(),
            ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"),
            ("SILO_PORT", $"{Ports.Free()}"), ("GATEWAY_PORT", $"{Ports.Free()}"));
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        var faulty = cluster.Launch(typeof(FaultPoint).Assembly.Location, fault.ToVariables());
        await Eventually.HoldsAsync(() => faulty.Process.HasExited, () => $"the silo to die; it says: {cluster.Log(1)}");
        Assert.InRange(cluster.TemporaryFiles().Length, 0, fault.Step is "LogWritten" or "LogFlushed" ? 1 : 0);

        cluster.Launch();
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(2));
        Assert.Empty(cluster.TemporaryFiles());
        foreach (var table in new[] { "GAME_META", "GAME_PODIUM" })
        {
            Assert.Equal($"{game.Token}_silo-1.gz.parquet", Path.GetFileName(Assert.Single(cluster.Files(table))));
        }

        Assert.Equal(game.Rows, DuckDb.Rows(cluster.Output).OrderBy(row => row.Rank));
    }
}
