using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Superhero.Benchmarks.Measuring;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The command line of the tables late in a season, for whoever wants to try something on them.</summary>
internal static class MakeSeason
{
    public static Command Command()
    {
        var folder = new Argument<string>("folder") { Description = "Where the tables go, such as OUTPUT_DIR." };
        var games = Count("--games", "How many games are compacted.", 5_000_000);
        var days = Count("--days", "On how many days before today they ended.", 400);
        var single = Count("--single", "How many games have files of their own.", 100_000);
        var singleDays = Count("--single-days", "On how many days before today those ended; 0 for today alone.", 1);
        var seed = Count("--seed", "The same seed gives the same files, on the same day.", 1);
        var command = new Command("make-season", "Makes tables such as they are late in a season, to try something on.") { folder, games, days, single, singleDays, seed };
        command.SetAction((arguments, cancellationToken) => Task.Run(
            async () =>
            {
                var (time, today) = (Stopwatch.StartNew(), DateOnly.FromDateTime(DateTime.UtcNow));
                var tables = new SeasonTables(arguments.GetValue(folder)!, today, arguments.GetValue(seed));
                await tables.WriteHeroesAsync();
                var (parts, bytes, examples) = tables.WriteCompacted(arguments.GetValue(games), Math.Max(1, arguments.GetValue(days)), cancellationToken);
                Say($"compacted games: {arguments.GetValue(games):N0}, parts: {parts:N0}, MiB: {bytes / 1024 / 1024:N0}, seconds: {time.Elapsed.TotalSeconds:0}; the first day's {examples[0]} and the last's {examples[^1]} are among them");
                time.Restart();
                tables.WriteSingle(arguments.GetValue(single), arguments.GetValue(singleDays), set: 0, cancellationToken);
                Say($"games with files of their own: {arguments.GetValue(single):N0}, seconds: {time.Elapsed.TotalSeconds:0}");
            },
            cancellationToken));
        return command;
    }

    private static Option<int> Count(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var count) && count < 0)
            {
                result.AddError($"{name}: give a number from 0.");
            }
        });
        return option;
    }

    private static void Say(FormattableString what) => Console.WriteLine(what.ToString(CultureInfo.InvariantCulture));
}
