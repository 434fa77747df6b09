using Superhero.Benchmarks.Measuring;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The same load on more and more silos, beside as many plain subscribers.</summary>
internal static class SilosScenario
{
    private const int Games = 1500;
    private const int GamesInTheOldWay = 250;
    private const int Messages = 20_000;
    private const int WarmUp = 2000;
    private static readonly int[] Counts = [1, 2, 4, 8];

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        var maker = new GameMaker();
        List<Contender> contenders = [];
        try
        {
            // All of them are there all the time, so that the rounds can go from one to the next.
            foreach (var count in Counts.Where(_ => !cancellationToken.IsCancellationRequested))
            {
                Console.Error.WriteLine($"starting {count}");
                contenders.Add(new Contender(
                    count,
                    await Load.StartAsync(maker, count, WarmUp * count),
                    await PlainWorkers.StartAsync(maker, count, WorkerKind.Old, GamesInTheOldWay),
                    await PlainWorkers.StartAsync(maker, count, WorkerKind.Part, WarmUp * count)));
            }

            for (var round = 0; round < Median.Rounds; round++)
            {
                foreach (var contender in contenders.TakeWhile(_ => !cancellationToken.IsCancellationRequested))
                {
                    await contender.RunAsync();
                    Console.Error.WriteLine($"round {round + 1}: {contender}");
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            return Section.Of(
                "More silos",
                $"{Games} games at once, {GamesInTheOldWay} in the old way: that are plain subscribers in processes of their own, which do every game of which they "
                + "hear with the steps of the barest process and without cleaning, until all have done all. In parts, each does only its part "
                + "of the games, with nothing else in common: what that costs is the machine's own price of more processes.\n\n"
                + Difference(contenders[0], contenders[^1]),
                ["", "games/s", "CPU ms a game", "CPU ms a second without games", "CPU µs a message and silo", "Redis commands a game", "calls of a game's grain", "files a game", "duplicates"],
                [.. contenders.Select(contender => contender.SilosRow()), .. contenders.Select(contender => contender.OldRow()), .. contenders.Select(contender => contender.PartsRow())],
                new Target(
                    "CPU a game with 8 silos, of that with 1, of the same of plain processes in parts",
                    contenders[^1].Cpu / contenders[0].Cpu / (contenders[^1].PartsCpu / contenders[0].PartsCpu),
                    Most: 1),
                new Target("CPU milliseconds a second of a silo without games, among 8", contenders[^1].IdleCpu / Counts[^1], Most: 5));
        }
        finally
        {
            await Task.WhenAll(contenders.Select(contender => contender.DisposeAsync().AsTask()));
        }
    }

    private static string Difference(Contender one, Contender many) =>
        $"{many.Count} silos take {many.Cpu - one.Cpu:0.00} ms of CPU a game more than 1. Of these, {many.Idling - one.Idling:0.00} ms go into what they do without "
        + $"games, such as asking each other whether they live, {many.Hearing:0.00} ms into hearing of the games that others do, and "
        + $"{many.PartsCpu - one.PartsCpu:0.00} ms are what plain processes in parts take more, too.";

    private sealed class Contender(int count, Load load, PlainWorkers old, PlainWorkers parts) : IAsyncDisposable
    {
        private readonly List<SilosMeasure> _silos = [];
        private readonly List<Measure> _old = [];
        private readonly List<Measure> _parts = [];

        public double Cpu => Median.Of(_silos, run => run.Load.CpuMilliseconds);

        // Of a game's CPU.
        public double IdleCpu => Median.Of(_silos, run => run.Idle);

        public double Idling => Median.Of(_silos, run => run.Idle / run.Load.PerSecond);

        // By the silos that do not do the game: one does, and each of its messages is a call there.
        public double Hearing => Median.Of(_silos, run => run.Hearing / 1000 * run.Calls * (count - 1));

        public int Count => count;

        public double PartsCpu => Median.Of(_parts, run => run.CpuMilliseconds);

        public async Task RunAsync()
        {
            var idle = await load.IdleAsync(TimeSpan.FromSeconds(3));
            var hearing = await load.HearAsync(Messages);
            var (calls, files) = (await CallsAsync(), Files());
            var measure = await load.RunAsync(Games);
            var podiums = load.Cluster.Files("GAME_PODIUM");
            _silos.Add(new SilosMeasure(
                measure,
                idle,
                hearing,
                (await CallsAsync() - calls) / Games,
                (double)(Files() - files) / Games,
                podiums.Length - podiums.Select(file => Path.GetFileName(file)[..36]).Distinct().Count()));
            _old.Add(await old.RunAsync(GamesInTheOldWay));
            _parts.Add(await parts.RunAsync(Games));
        }

        public string[] SilosRow() =>
        [
            count == 1 ? "1 silo" : $"{count} silos", $"{Median.Of(_silos, run => run.Load.PerSecond):0}", $"{Cpu:0.00}",
            $"{Median.Of(_silos, run => run.Idle):0}", $"{Median.Of(_silos, run => run.Hearing):0.0}",
            $"{Median.Of(_silos, run => run.Load.Commands):0.0}", $"{Median.Of(_silos, run => run.Calls):0.0}",
            $"{Median.Of(_silos, run => run.Files):0.00}", $"{_silos[^1].Duplicates}",
        ];

        public string[] OldRow() => Row($"{count} in the old way", _old, old);

        public string[] PartsRow() => Row($"{count} in parts", _parts, parts);

        public override string ToString() =>
            $"{count} silos {_silos[^1].Load.CpuMilliseconds:0.00} CPU ms a game, in the old way {_old[^1].CpuMilliseconds:0.00}, in parts {_parts[^1].CpuMilliseconds:0.00}";

        public async ValueTask DisposeAsync()
        {
            await parts.DisposeAsync();
            await old.DisposeAsync();
            await load.DisposeAsync();
        }

        // All they ever did was warm up and run, so what is beyond one file a game is there twice.
        private static string[] Row(string name, List<Measure> runs, PlainWorkers workers) =>
        [
            name, $"{Median.Of(runs, run => run.PerSecond):0}", $"{Median.Of(runs, run => run.CpuMilliseconds):0.00}", "", "",
            $"{Median.Of(runs, run => run.Commands):0.0}", "", $"{2.0 * workers.Files / workers.Games:0.00}", $"{workers.Files - workers.Games}",
        ];

        private int Files() => load.Cluster.Files("GAME_META").Length + load.Cluster.Files("GAME_PODIUM").Length;

        private Task<double> CallsAsync() => load.Cluster.MetricAsync("superhero_announcement_duration_seconds_count");
    }

    private sealed record SilosMeasure(Measure Load, double Idle, double Hearing, double Calls, double Files, int Duplicates);
}
