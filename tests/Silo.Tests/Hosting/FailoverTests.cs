using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>What becomes of the games of a silo that is gone. The sweep is so rare that what is done was heard.</summary>
[Trait("Category", "Integration")]
public class FailoverTests
{
    private const int Silos = 3;
    private const int Games = 60;

    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    public async Task What_ends_while_nobody_knows_that_a_silo_is_gone_is_done_once_the_others_know(string signal)
    {
        await using var cluster = await SiloCluster.StartAsync(
            Silos, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"));
        await Settled(cluster);
        SiloCluster.Signal(cluster.Silos[0], signal);
        var games = await EndAsync(cluster);

        // A third of them was in its share.
        Assert.InRange(games.Count(game => cluster.Files("GAME_PODIUM").Any(file => file.Contains($"{game.Token}", StringComparison.Ordinal))), 0, Games - 1);
        await DoneAsync(cluster, games);
        Assert.Contains("games heard lately that are in this silo's share now", cluster.Log(2) + cluster.Log(3), StringComparison.Ordinal);
        if (signal == "STOP")
        {
            SiloCluster.Signal(cluster.Silos[0], "CONT");
            await cluster.Silos[0].Process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, cluster.Silos[0].Process.ExitCode);
            await Eventually.HoldsAsync(() => cluster.Log(1).Contains("This silo can't go on, and ends", StringComparison.Ordinal), () => cluster.Log(1));
        }
    }

    [Fact]
    public async Task What_ends_while_silos_come_and_go_in_order_is_done_at_once()
    {
        await using var cluster = await SiloCluster.StartAsync(
            1, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "3600"));
        List<MadeGame> games = [];
        for (var i = 0; i < Silos; i++)
        {
            cluster.Launch();
            var starting = cluster.WaitUntilListeningAsync(2);
            while (!starting.IsCompleted)
            {
                games.Add(await EndOneAsync(cluster));
            }

            await starting;
            SiloCluster.Signal(cluster.Silos[i], "TERM");
            var stopping = cluster.Silos[i].Process.WaitForExitAsync(TestContext.Current.CancellationToken);
            while (!stopping.IsCompleted)
            {
                games.Add(await EndOneAsync(cluster));
            }

            Assert.Equal(0, cluster.Silos[i].Process.ExitCode);
        }

        await DoneAsync(cluster, games);
    }

    // All of them have their share.
    private static Task Settled(SiloCluster cluster) => Eventually.HoldsAsync(
        async () =>
        {
            await EndOneAsync(cluster);
            return Enumerable.Range(1, Silos).All(silo => cluster.Files("GAME_PODIUM")
                .Any(file => file.EndsWith($"_silo-{silo}.gz.parquet", StringComparison.Ordinal)));
        },
        () => "games by all silos");

    private static async Task<List<MadeGame>> EndAsync(SiloCluster cluster)
    {
        List<MadeGame> games = [];
        for (var i = 0; i < Games; i++)
        {
            games.Add(await EndOneAsync(cluster));
        }

        return games;
    }

    private static async Task<MadeGame> EndOneAsync(SiloCluster cluster)
    {
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        await Task.Delay(10);
        return game;
    }

    private static async Task DoneAsync(SiloCluster cluster, IReadOnlyList<MadeGame> games)
    {
        await cluster.Redis.WaitUntilCleanedAsync(() => string.Join('\n', Enumerable.Range(1, cluster.Silos.Count).Select(cluster.Log)));
        foreach (var table in new[] { "GAME_META", "GAME_PODIUM" })
        {
            var files = cluster.Files(table).Select(file => Path.GetFileName(file)[..36]).ToList();
            Assert.Distinct(files);
            Assert.Empty(games.Select(game => $"{game.Token}").Except(files));
        }
    }
}
