using System.CommandLine;
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
        var date = DateOption.Create("--date", "Merge the games that ended on this day alone, in UTC, as YYYY-MM-DD. Otherwise those of all days before today.");
        var command = new Command(
            "compact", "Merges the small files of single games into larger ones, a folder for each day on which games ended. Silos may be at work meanwhile.")
        {
            output, date,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(context, context.Store(arguments, output), arguments.GetValue(date), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, IOutputStore store, DateOnly? day, CancellationToken cancellationToken)
    {
        await using var right = await MergeRight.TakeAsync(store, context.Redis, cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, right.Lost);
        var said = 0;
        var compactor = new Compactor(store, right.Lease, Say, Say, SteadyClock.Instance);
        try
        {
            await compactor.RunAsync(
                day is { } one ? Period.Of(one) : Period.Before(new DateTimeOffset(SteadyClock.Instance.GetUtcNow().Date, TimeSpan.Zero)), ended.Token);
        }
        catch (OperationCanceledException) when (right.Lost.IsCancellationRequested)
        {
            throw new IOException("The right to merge is lost; another one may go on from here. Run it again.");
        }

        if (said == 0)
        {
            context.Out.WriteLine(day is null ? "No game that ended before today is unmerged." : $"No game that ended on {day:yyyy-MM-dd} is unmerged.");
        }

        return compactor.Problems == 0 ? 0 : 1;

        void Say(string line)
        {
            said++;
            context.Out.WriteLine(Terminal.StripControlCharacters(line));
        }
    }
}
