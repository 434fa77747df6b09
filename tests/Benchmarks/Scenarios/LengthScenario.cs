using System.Diagnostics;
using StackExchange.Redis;
using Superhero.Benchmarks.Measuring;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>Games of few attacks and of many.</summary>
internal static class LengthScenario
{
    private static readonly (int Attacks, int Games)[] Lengths = [(1, 1000), (10, 1000), (100, 500), (1000, 100), (10_000, 20)];

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        await using var load = await Load.StartAsync(new GameMaker(), 1, warmUp: 2000);
        var runs = Lengths.ToDictionary(length => length.Attacks, _ => new List<(double Milliseconds, double Cpu)>());
        for (var round = 0; round < Median.Rounds && !cancellationToken.IsCancellationRequested; round++)
        {
            foreach (var (attacks, count) in Lengths)
            {
                runs[attacks].Add(await DoAsync(load, attacks, count));
            }
        }

        double Cpu(int attacks) => Median.Of(runs[attacks], run => run.Cpu);
        return Section.Of(
            "The game's own length",
            "Games of the same two participants, many at once, on one silo.",
            ["attacks", "ms a game", "CPU ms a game", "CPU µs an attack"],
            Lengths.Select(length => new[]
            {
                $"{length.Attacks:N0}", $"{Median.Of(runs[length.Attacks], run => run.Milliseconds):0.00}", $"{Cpu(length.Attacks):0.00}",
                $"{Cpu(length.Attacks) * 1000 / length.Attacks:0.0}",
            }),
            new Target("CPU from 1,000 to 10,000 attacks, of tenfold", Cpu(10_000) / Cpu(1000) / 10, Most: 1));
    }

    private static async Task<(double Milliseconds, double Cpu)> DoAsync(Load load, int attacks, int count)
    {
        var redis = load.Cluster.Redis.Database;
        var games = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            var game = await new MadeGame(redis).PutAsync();
            if (attacks > 1)
            {
                await redis.ListRightPushAsync(game.Keys.Logs, [.. Enumerable.Repeat((RedisValue)game.Line, attacks - 1)]);
            }

            return (game.Token, new[] { MadeGame.User });
        }));
        var silo = load.Cluster.Silos[0].Process;
        silo.Refresh();
        var cpu = silo.TotalProcessorTime;
        var time = Stopwatch.StartNew();
        await GameMaker.AnnounceAsync(load.Cluster.Redis.Connection, games);
        await load.DoneAsync();
        silo.Refresh();
        return (time.Elapsed.TotalMilliseconds / count, (silo.TotalProcessorTime - cpu).TotalMilliseconds / count);
    }
}
