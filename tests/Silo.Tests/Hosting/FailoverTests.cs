using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>The games of silos that leave the cluster.</summary>
[Trait("Category", "Integration")]
public class FailoverTests
{
    private const int Games = 60;

    [Fact]
    public async Task Games_of_a_killed_and_a_paused_silo_are_processed_by_the_others()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ClusterBase.CleaningWithoutSweep);
        var (killed, paused) = (cluster.Launch(), cluster.Launch());
        cluster.LaunchWithinProcess();
        cluster.LaunchWithinProcess();
        await cluster.WaitUntilListeningAsync(4);
        await WaitUntilAllOwnGamesAsync(cluster, 4);
        SiloCluster.Signal(killed, "KILL");
        SiloCluster.Signal(paused, "STOP");
        List<MadeGame> games = [];
        while (games.Count < Games)
        {
            games.Add(await EndGameAsync(cluster));
        }

        // The two owned half of them.
        var processed = cluster.Files("GAME_PODIUM").Select(file => Path.GetFileName(file)[..36]).ToHashSet();
        Assert.InRange(games.Count(game => processed.Contains($"{game.Token}")), 0, Games - 1);
        await AreProcessedAsync(cluster, games);
        Assert.Contains(cluster.Events(3).Concat(cluster.Events(4)), one => one.Id == LogEvents.Reassigned);
        SiloCluster.Signal(paused, "CONT");
        Assert.Equal(1, await cluster.ExitAsync(paused));
        await cluster.WaitForEventAsync(2, LogEvents.Fatal);
    }

    [Fact]
    public async Task Games_that_end_while_silos_start_and_stop_are_processed_without_a_sweep()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, ClusterBase.CleaningWithoutSweep);
        List<MadeGame> games = [];
        for (var i = 0; i < 3; i++)
        {
            cluster.Launch();
            await EndGamesDuringAsync(cluster.WaitUntilListeningAsync(2));
            var stopping = cluster.Silos[i].StopAsync();
            await EndGamesDuringAsync(stopping);
            Assert.Equal(0, await stopping);
        }

        await AreProcessedAsync(cluster, games);

        async Task EndGamesDuringAsync(Task change)
        {
            while (!change.IsCompleted)
            {
                games.Add(await EndGameAsync(cluster));
            }

            await change;
        }
    }

    private static Task WaitUntilAllOwnGamesAsync(ClusterBase cluster, int silos) => Eventually.HoldsAsync(
        async () =>
        {
            await EndGameAsync(cluster);
            return Enumerable.Range(1, silos).All(silo => cluster.Files("GAME_PODIUM")
                .Any(file => file.EndsWith($"_silo-{silo}.gz.parquet", StringComparison.Ordinal)));
        },
        () => $"games of all silos. {cluster.Describe()}");

    private static async Task<MadeGame> EndGameAsync(ClusterBase cluster)
    {
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token);
        await Task.Delay(10);
        return game;
    }

    private static async Task AreProcessedAsync(ClusterBase cluster, IReadOnlyList<MadeGame> games)
    {
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        foreach (var table in new[] { "GAME_META", "GAME_PODIUM" })
        {
            var files = cluster.Files(table).Select(file => Path.GetFileName(file)[..36]).ToList();
            Assert.Distinct(files);
            Assert.Empty(games.Select(game => $"{game.Token}").Except(files));
        }
    }
}
