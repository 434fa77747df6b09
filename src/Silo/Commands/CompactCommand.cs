using System.CommandLine;
using System.Globalization;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the compaction.</summary>
internal static class CompactCommand
{
    public static Command Create()
    {
        var output = OutputOption.Create();
        var date = new Option<DateOnly?>("--date")
        {
            Description = "Merge the games of this day alone, in UTC, as YYYY-MM-DD. Otherwise those of all days before today.",
            CustomParser = result =>
            {
                if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    return day;
                }

                result.AddError($"--date: '{result.Tokens[0].Value}' is not a day; write it as YYYY-MM-DD.");
                return null;
            },
        };
        var command = new Command(
            "compact", "Merges the small files of single games into larger ones, a folder a day. Silos may be at work meanwhile.")
        {
            output, date,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var tables = await arguments.TablesAsync(output, cancellationToken);
            return await RunAsync(tables, arguments.GetValue(date));
        });
        return command;
    }

    private static async Task<int> RunAsync(LocalTables tables, DateOnly? day)
    {
        var said = 0;
        var compactor = new Compactor(
            tables,
            TimeProvider.System,
            line =>
            {
                said++;
                Console.WriteLine(line);
            });
        await compactor.RunAsync(day);
        if (said == 0)
        {
            Console.WriteLine(day is { } one ? $"No game of {one:yyyy-MM-dd} is unmerged." : "No game of a day before today is unmerged.");
        }

        return compactor.Problems == 0 ? 0 : 1;
    }
}
