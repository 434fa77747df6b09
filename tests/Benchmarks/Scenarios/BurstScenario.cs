using System.Diagnostics;
using Superhero.Benchmarks.Measuring;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>More messages at once than a silo can act on.</summary>
internal static class BurstScenario
{
    private const int Games = 10_000;
    private const int MessagesPerGame = 5;
    private const int First = 1000;

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        await using var load = await Load.StartAsync(new GameMaker(), 1, warmUp: First, ("SWEEP_INTERVAL", "10"));
        var redis = load.Cluster.Redis;
        var after = Memory.Peak(load.Cluster.Silos[0]);
        var games = (await load.Maker.MakeAsync(redis.Database, Games))
            .Select(game => (game.Token, Users: Enumerable.Range(0, MessagesPerGame).Select(i => game.Users[i % game.Users.Length]).ToArray()))
            .ToList();
        var time = Stopwatch.StartNew();
        await GameMaker.AnnounceAsync(redis.Connection, games);
        var published = time.Elapsed.TotalSeconds;
        await load.DoneAsync();
        var done = time.Elapsed.TotalSeconds;
        var peak = Memory.Peak(load.Cluster.Silos[0]);
        var files = load.Cluster.Files("GAME_PODIUM").Length;
        cancellationToken.ThrowIfCancellationRequested();
        return Section.Of(
            "Burst",
            $"{Games * MessagesPerGame:N0} messages for {Games:N0} games, as fast as Redis takes them, to one silo. Measured once.",
            ["messages/s published", "games/s", "files in GAME_PODIUM", $"MiB after the first {First}", "MiB at the peak"],
            [[$"{Games * MessagesPerGame / published:0}", $"{Games / done:0}", $"{files}", $"{after:0}", $"{peak:0}"]],
            new Target("Peak memory, of that after the first games", peak / after, Most: 1.5),
            new Target("Games that are missing", Games + First - files, Most: 0));
    }
}
