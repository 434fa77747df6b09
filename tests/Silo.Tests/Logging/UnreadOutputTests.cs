using System.Diagnostics;
using Superhero.Demo;
using Superhero.Silo.Hosting;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

[Trait("Category", "Integration")]
public class UnreadOutputTests
{
    // Their lines are more than the pipe and the queue hold.
    private const int Games = 1000;

    [Fact]
    public async Task Silo_whose_output_nobody_reads_processes_all_games_counts_the_dropped_lines_and_stops()
    {
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(), [.. ClusterBase.CleaningWithoutSweep, ("LOGGER_MODULE", "json"), ("LOG_LEVEL", "DEBUG")]);
        using var silo = Process.Start(SiloProcess.StartInfo(typeof(SiloProgram).Assembly.Location, cluster.SettingsOf()).WithDefaultSignals())!;
        try
        {
            await cluster.WaitUntilListeningAsync(1);
            await PlayAsync(cluster);
            LoggedEvent? logged = null;
            while (logged?.Id != LogEvents.LogLinesDropped)
            {
                logged = LoggedEvent.Parse(
                    await silo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
                        .WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken) ?? "");
            }

            Assert.NotEqual("0", logged.Values["Count"]);
            await PlayAsync(cluster);
            using var kill = Process.Start("kill", ["-TERM", $"{silo.Id}"]);
            await Eventually.HoldsAsync(() => silo.HasExited, () => "the silo to stop");
            Assert.Equal(0, silo.ExitCode);
        }
        finally
        {
            silo.Kill();
        }
    }

    private static async Task PlayAsync(SiloCluster cluster)
    {
        for (var i = 0; i < Games; i++)
        {
            await cluster.AnnounceAsync((await new MadeGame(cluster.Redis.Database).PutAsync()).Keys.Token, MadeGame.User);
        }

        await cluster.Redis.WaitUntilCleanedAsync(() => "Nobody reads the silo's log.");
    }
}
