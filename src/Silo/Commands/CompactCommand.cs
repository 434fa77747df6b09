using System.CommandLine;
using Superhero.Grains.Compaction;
using Superhero.Redis;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the compaction.</summary>
internal static class CompactCommand
{
    public static Command Create(CommandContext context)
    {
        var output = OutputOption.Create(context);
        var date = DateOption.Create("--date", "Compact only the games that ended on this day, in UTC, as YYYY-MM-DD. Otherwise those of all days before today.");
        var command = new Command(
            "compact", "Moves single games into the Delta tables, and combines small parts of days that are over. Silos and other compactors may run meanwhile.")
        {
            output, date,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(context, context.Store(arguments, output), arguments.GetValue(date), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, IOutputStore store, DateOnly? day, CancellationToken cancellationToken)
    {
        if (!await store.ProbeAsync())
        {
            throw new IOException($"{store} does not refuse to create an object that exists (If-None-Match), and games can't be compacted there.");
        }

        var said = 0;
        var compactor = new Compactor(store, context.Options<CompactionOptions>().Retention, Say, Say, SteadyClock.Instance);
        await compactor.RunAsync(
            day is { } one ? Period.Of(one) : Period.Before(new DateTimeOffset(SteadyClock.Instance.GetUtcNow().Date, TimeSpan.Zero)), maintain: true, cancellationToken);
        if (said == 0)
        {
            context.Out.WriteLine(day is null ? "All games that ended before today are compacted." : $"All games that ended on {day:yyyy-MM-dd} are compacted.");
        }

        return compactor.Problems == 0 ? 0 : 1;

        void Say(string line)
        {
            said++;
            context.Out.WriteLine(Terminal.StripControlCharacters(line));
        }
    }
}
