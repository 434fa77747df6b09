using System.CommandLine;
using Superhero.Chaos;

var seed = new Option<int>("--seed") { Description = "The first seed, which fixes the schedule.", DefaultValueFactory = _ => 1 };
var seeds = new Option<int>("--seeds") { Description = "How many seeds, one after the other.", DefaultValueFactory = _ => 1 };
var games = new Option<int>("--games") { Description = "How many games end.", DefaultValueFactory = _ => 2000 };
var seconds = new Option<int>("--seconds") { Description = "For how long they do, and things are broken.", DefaultValueFactory = _ => 60 };
var hang = new Option<int>("--hang") { Description = "For how many seconds the disk hangs.", DefaultValueFactory = _ => 20 };
var compactAfter = new Option<int>("--compact-after") { Description = "COMPACT_AFTER of the silos, in seconds; 0 for no compaction.", DefaultValueFactory = _ => 2 };
var root = new RootCommand("Breaks a cluster on purpose while games end, and counts what came of them.") { seed, seeds, games, seconds, hang, compactAfter };
root.SetAction(async (arguments, cancellationToken) =>
{
    Console.WriteLine(Figures.Head);
    var broken = 0;
    for (var i = arguments.GetValue(seed); i < arguments.GetValue(seed) + arguments.GetValue(seeds); i++)
    {
        var figures = await ChaosRun.RunAsync(
            new ChaosOptions(
                i, arguments.GetValue(games), TimeSpan.FromSeconds(arguments.GetValue(seconds)), TimeSpan.FromSeconds(arguments.GetValue(hang)), CompactAfter: arguments.GetValue(compactAfter)),
            Console.Error.WriteLine,
            cancellationToken);
        Console.WriteLine(figures.Row);
        broken += figures.AreRight(arguments.GetValue(compactAfter) > 0) ? 0 : 1;
    }

    return broken;
});

// Long enough to end all processes and to unmount the disk.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
