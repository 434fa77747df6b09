using System.CommandLine;
using StackExchange.Redis;
using Superhero.Grains.Heroes;
using Superhero.Tables.Files;
using Superhero.Tables.Report;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the report.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandContext context)
    {
        var output = OutputOption.Create(context);
        var since = DateOption.CreateRelative("--since", "Only games that ended on this day or later, in UTC: YYYY-MM-DD, or so many days ago, such as 7d.");
        var until = DateOption.CreateRelative("--until", "Only games that ended on this day or earlier; likewise.");
        var format = new Option<ReportFormat>("--format") { Description = "table, csv or json.", DefaultValueFactory = _ => ReportFormat.table };
        var top = new Option<int>("--top") { Description = "How many heroes and players are shown.", DefaultValueFactory = _ => 10 };
        top.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var places) && places is < 1 or > 1_000_000)
            {
                result.AddError("--top: give a number from 1 to 1000000.");
            }
        });
        var command = new Command("report", "Totals, a trend by day, and leaderboards of the games in the tables.")
        {
            output, since, until, format, top,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            if (arguments.GetValue(since) > arguments.GetValue(until))
            {
                await context.Error.WriteLineAsync("--since: it is after --until.");
                return 1;
            }

            var period = new Period(
                arguments.GetValue(since) is { } first ? Period.StartOf(first) : null,
                arguments.GetValue(until) is { } last ? Period.EndOf(last) : null);
            var leftOut = 0;
            var report = await Progress.ShowAsync(context, "reading", async _ => await GamesReport.ReadAsync(
                context.Store(arguments, output), period, arguments.GetValue(top),
                file =>
                {
                    leftOut++;
                    context.Error.WriteLine($"Left out: {Terminal.StripControlCharacters(file)}");
                },
                cancellationToken));
            ReportWriter.Write(context, await NamedAsync(context, report), arguments.GetValue(format));
            return leftOut == 0 ? 0 : 1;
        });
        return command;
    }

    // The tables have the heroes' names once a silo has seen the collection.
    private static async Task<GamesReport> NamedAsync(CommandContext context, GamesReport report)
    {
        if (report.Heroes.All(hero => hero.Name is not null))
        {
            return report;
        }

        var options = context.Redis;
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration());
            return report.Named((await HeroesInRedis.ReadAsync(redis.GetDatabase())).Names);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            await context.Error.WriteLineAsync($"Redis at {options} can't be reached, so heroes whom the tables do not name are shown by their superhero_id.");
            return report;
        }
    }
}
