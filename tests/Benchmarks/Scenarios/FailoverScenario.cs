using Superhero.Benchmarks.Measuring;
using Superhero.Demo;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>Games that end all the time, while silos die, stand still and are replaced.</summary>
internal static class FailoverScenario
{
    private const int Silos = 4;
    private const int Rounds = 2;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan AfterStop = TimeSpan.FromSeconds(20);

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"));
        await cluster.LaunchAsync(Silos);
        var games = new SteadyGames(cluster, new GameMaker());
        await WhileAsync(Task.Delay(Settling, cancellationToken));
        var quiet = await WhileAsync(Task.Delay(Settling, cancellationToken));
        List<double> killed = [];
        List<double> stopped = [];
        for (var round = 0; round < Rounds; round++)
        {
            // The first to go is the one that sweeps.
            var victim = await ChooseAsync(cluster, sweeps: round == 0);
            SiloCluster.Signal(victim, "KILL");
            killed.AddRange(await WhileAsync(Task.Delay(AfterKill, cancellationToken)));
            await ReplaceAsync(cluster);

            victim = await ChooseAsync(cluster, sweeps: round == 0);
            SiloCluster.Signal(victim, "STOP");
            stopped.AddRange(await WhileAsync(Task.Delay(AfterStop, cancellationToken)));
            SiloCluster.Signal(victim, "KILL");
            await ReplaceAsync(cluster);
            Console.Error.WriteLine($"round {round + 1}: killed {killed.Max():0.00} s, stopped {stopped.Max():0.00} s");
        }

        var rolled = await WhileAsync(RollAsync(cluster));
        return Section.Of(
            "Failover",
            $"{SteadyGames.PerSecond} games end in a second, on {Silos} silos, and each is timed from its first message to its later file. A silo is killed with "
            + $"SIGKILL, or stopped with SIGSTOP and never let go on, {Rounds} times each, once while it ran the sweep; what is counted ends "
            + $"{AfterKill.TotalSeconds:0} and {AfterStop.TotalSeconds:0} seconds later. Then all silos are replaced, one at a time: a new one starts, and when it is up an old one "
            + "is told to stop.",
            ["", "games", "median ms", "p99 s", "longest s"],
            [Row("nothing happens", quiet), Row("after SIGKILL", killed), Row("after SIGSTOP", stopped), Row("rolling restart", rolled)],
            new Target("After SIGKILL, the longest in seconds", killed.Max(), Most: 4),
            new Target("After SIGSTOP, the longest in seconds", stopped.Max(), Most: 12),
            new Target("Rolling restart, p99 in seconds", Percentile(rolled, 0.99), Most: 0.2),
            new Target("Rolling restart, the longest in seconds", rolled.Max(), Most: 0.8));

        async Task<IReadOnlyList<double>> WhileAsync(Task meanwhile)
        {
            await games.WhileAsync(meanwhile, cancellationToken);
            return await games.TakenAsync(cancellationToken);
        }
    }

    private static string[] Row(string name, IReadOnlyList<double> taken) =>
        [name, $"{taken.Count}", $"{Median.Of(taken) * 1000:0}", $"{Percentile(taken, 0.99):0.00}", $"{taken.Max():0.00}"];

    private static double Percentile(IReadOnlyCollection<double> taken, double part) =>
        taken.Order().ElementAt((int)Math.Ceiling(taken.Count * part) - 1);

    private static IEnumerable<SiloProcess> Running(SiloCluster cluster) => cluster.Silos.Where(silo => !silo.Process.HasExited);

    private static async Task<SiloProcess> ChooseAsync(SiloCluster cluster, bool sweeps)
    {
        using var http = new HttpClient();
        foreach (var silo in Running(cluster))
        {
            var metrics = await http.GetStringAsync(new Uri(await silo.Dashboard, "/metrics"));
            if (metrics.Contains("superhero_games_open{", StringComparison.Ordinal) == sweeps)
            {
                return silo;
            }
        }

        return Running(cluster).First();
    }

    private static async Task ReplaceAsync(SiloCluster cluster)
    {
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(Silos);
        await Task.Delay(Settling);
    }

    private static async Task RollAsync(SiloCluster cluster)
    {
        foreach (var old in Running(cluster).ToList())
        {
            await ReplaceOneAsync(cluster, old);
        }
    }

    private static async Task ReplaceOneAsync(SiloCluster cluster, SiloProcess old)
    {
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(Silos + 1);
        SiloCluster.Signal(old, "TERM");
        await old.Process.WaitForExitAsync();
        await Task.Delay(Settling);
    }
}
