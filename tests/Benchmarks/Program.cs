using System.CommandLine;
using Superhero.Benchmarks.Measuring;
using Superhero.Benchmarks.Scenarios;

var scenarios = new Argument<string[]>("scenario")
{
    Description = "Which to run; all where none is named. What is measured goes into docs/performance.md.\n"
        + string.Join('\n', Scenario.All.Select(scenario => $"{scenario.Name}: {scenario.Summary}")),
    Arity = ArgumentArity.ZeroOrMore,
};
scenarios.AcceptOnlyFromAmong([.. Scenario.All.Select(scenario => scenario.Name)]);
var root = new RootCommand("Measures how fast games are processed, always against something else in the same run.") { scenarios };
root.SetAction(async (arguments, cancellationToken) =>
{
    var named = arguments.GetValue(scenarios) ?? [];
    foreach (var scenario in Scenario.All.Where(scenario => named.Length == 0 || named.Contains(scenario.Name)))
    {
        Console.Error.WriteLine($"{scenario.Name}: {scenario.Summary}");
        var section = await scenario.Run(cancellationToken);
        Console.WriteLine(section.Text);
        Report.Put(section);
    }

    return 0;
});
root.Subcommands.Add(PlainWorker.Command());
root.Subcommands.Add(MakeSeason.Command());
root.Subcommands.Add(BestQuery.Command());
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = true });
