using System.CommandLine;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Silo.Statistics;
using Superhero.Tables.Query;
using Superhero.Tables.Report;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the report.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var output = OutputOption.Create();
        var format = new Option<ReportFormat>("--format") { Description = "table, csv or json.", DefaultValueFactory = _ => ReportFormat.table };
        var top = new Option<int>("--top") { Description = "How many heroes and players are shown.", DefaultValueFactory = _ => 10 };
        top.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var places) && places is < 1 or > 1_000_000)
            {
                result.AddError("--top: give a number from 1 to 1000000.");
            }
        });
        var command = new Command("report", "Totals and leaderboards of all games in the tables. The heroes' names come from Redis.")
        {
            output, format, top,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var local = await arguments.TablesAsync(output, cancellationToken);
            using var tables = TableReader.Open(local.Folder);
            var names = await NamesIfPossibleAsync(CommandServices.Redis);
            ReportWriter.Write(GamesReport.Read(tables, names, arguments.GetValue(top)), arguments.GetValue(format));
            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyDictionary<ushort, string>> NamesIfPossibleAsync(RedisOptions options)
    {
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration());
            return await HeroNames.ReadAsync(redis.GetDatabase());
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"Redis at {options} can't be reached, so heroes are shown by their superhero_id.");
            return new Dictionary<ushort, string>();
        }
    }
}
