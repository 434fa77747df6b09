using System.Diagnostics;
using Superhero.Benchmarks.Measuring;
using Superhero.Redis;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>Finished games that no message announced, found by the sweep of one silo.</summary>
internal static class BacklogScenario
{
    private const int Games = 100_000;
    private const int First = 1000;

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        await using var load = await Load.StartAsync(new GameMaker(), 1, warmUp: 0, ("SWEEP_INTERVAL", "1"));
        var redis = load.Cluster.Redis.Database;
        await load.Maker.MakeAsync(redis, First);
        await load.DoneAsync();
        var after = Memory.Peak(load.Cluster.Silos[0]);

        // The silo is stopped while they are made, so that it meets all of them at once.
        Testing.SiloCluster.Signal(load.Cluster.Silos[0], "STOP");
        await load.Maker.MakeAsync(redis, Games);
        Testing.SiloCluster.Signal(load.Cluster.Silos[0], "CONT");
        var time = Stopwatch.StartNew();
        while (await redis.SortedSetLengthAsync(GameKeys.Games) is > 0 and var left)
        {
            Console.Error.Write($"\r{left} left ");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }

        var peak = Memory.Peak(load.Cluster.Silos[0]);
        var files = load.Cluster.Files("GAME_PODIUM").Length;
        return Section.Of(
            "Backlog",
            $"{Games:N0} finished games and no messages, found by the sweep of one silo. Measured once.",
            ["games", "games/s", "files in GAME_PODIUM", $"MiB after the first {First}", "MiB at the peak"],
            [[$"{Games:N0}", $"{Games / time.Elapsed.TotalSeconds:0}", $"{files}", $"{after:0}", $"{peak:0}"]],
            new Target("Peak memory, of that after the first games", peak / after, Most: 1.5),
            new Target("Games that are missing", Games + First - files, Most: 0));
    }
}
