using System.CommandLine;
using Superhero.Silo.Commands;

namespace Superhero.Demo;

/// <summary>The command line of the demo.</summary>
internal static class DemoCommand
{
    /// <summary>Runs the demo that the arguments describe.</summary>
    /// <returns>The exit code: 0 only when no game was lost or doubled and no key was left.</returns>
    public static Task<int> RunAsync(string[] args) => Create().RunAsync(args);

    private static RootCommand Create()
    {
        var silos = CountOption("--silos", "How many silos, each a process.", 3, 16);
        var players = CountOption("--players", "How many bots.", 10, 500);
        var games = CountOption("--games", "How many games each bot plays.", 10, 100_000);
        var output = new Option<string>("--output") { Description = "The folder for the tables and the silos' logs.", DefaultValueFactory = _ => "./demo-data" };
        var stay = new Option<bool>("--stay") { Description = "Go on playing afterwards until Ctrl+C, to look at the page and the Orleans Dashboard." };
        var command = new RootCommand("Plays games on an embedded Redis, processes them on several silos, and counts the outcome.")
        {
            silos, players, games, output, stay,
        };
        command.SetAction((arguments, cancellationToken) => new DemoRun(new DemoOptions(
            arguments.GetValue(silos),
            arguments.GetValue(players),
            arguments.GetValue(games),
            Path.GetFullPath(arguments.GetValue(output)!),
            arguments.GetValue(stay))).RunAsync(cancellationToken));
        return command;
    }

    private static Option<int> CountOption(string name, string description, int defaultValue, int max)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => defaultValue };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var value) && (value < 1 || value > max))
            {
                result.AddError($"{name}: {value} is not allowed; give a number from 1 to {max}.");
            }
        });
        return option;
    }
}
