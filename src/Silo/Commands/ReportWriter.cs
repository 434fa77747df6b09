using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Superhero.Tables.Report;

namespace Superhero.Silo.Commands;

/// <summary>Writes a report to the terminal or a pipe.</summary>
public static partial class ReportWriter
{
    private const int MaxDays = 14;

    private static readonly ReportJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a report.</summary>
    public static void Write(CommandContext context, GamesReport report, ReportFormat format)
    {
        switch (format)
        {
            case ReportFormat.csv:
                WriteCsv(context.Out, report);
                break;
            case ReportFormat.json:
                context.Out.WriteLine(JsonSerializer.Serialize(report, Json.GamesReport));
                break;
            default:
                WriteTables(context.OutConsole, report);
                break;
        }
    }

    /// <summary>A leaderboard as a table for the terminal.</summary>
    public static Table Board(string title, string what, IReadOnlyList<Standing> board)
    {
        var table = new Table { Title = new TableTitle(title) }.AddColumns("", what);
        foreach (var number in new[] { "games", "wins", "attacks", "damage sent", "damage received" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        foreach (var (place, one) in board.Index())
        {
            table.AddRow(
                $"{place + 1}",
                Markup.Escape(Terminal.StripControlCharacters(one.Name ?? one.Id)),
                Format(one.Games), Format(one.Wins), Format(one.Rounds), Format(one.DamageSent), Format(one.DamageReceived));
        }

        return table;
    }

    private static void WriteTables(IAnsiConsole console, GamesReport report)
    {
        var totals = report.Totals;
        console.Write(new Table { Title = new TableTitle("all games") }
            .AddColumn("what").AddColumn(new TableColumn("count").RightAligned())
            .AddRow("games", Format(totals.Games))
            .AddRow("participations", Format(totals.Participations))
            .AddRow("players", Format(totals.Players))
            .AddRow("heroes", Format(totals.Heroes))
            .AddRow("attacks", Format(totals.Rounds))
            .AddRow("damage sent", Format(totals.DamageSent)));
        WriteTrend(console, report.Days);
        console.Write(Board("heroes", "hero", report.Heroes));
        console.Write(Board("players", "user_token", report.Players));
    }

    // The newest; the other formats have all of them.
    private static void WriteTrend(IAnsiConsole console, IReadOnlyList<ReportDay> days)
    {
        var table = new Table { Title = new TableTitle(days.Count > MaxDays ? $"the last {MaxDays} days" : "days") }.AddColumn("date");
        foreach (var number in new[] { "games", "participations", "attacks", "damage sent" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        foreach (var day in days.TakeLast(MaxDays))
        {
            table.AddRow(Date(day.Date) ?? "not known", Format(day.Games), Format(day.Participations), Format(day.Rounds), Format(day.DamageSent));
        }

        console.Write(table);
    }

    private static void WriteCsv(TextWriter output, GamesReport report)
    {
        output.WriteLine("board,place,id,name,games,wins,rounds,damage_sent,damage_received");
        foreach (var (board, standings) in new[] { ("heroes", report.Heroes), ("players", report.Players) })
        {
            foreach (var (place, one) in standings.Index())
            {
                WriteCsv(output, board, place + 1, one.Id, one.Name, one.Games, one.Wins, one.Rounds, one.DamageSent, one.DamageReceived);
            }
        }

        foreach (var (place, day) in report.Days.Index())
        {
            WriteCsv(output, "days", place + 1, Date(day.Date), null, day.Games, null, day.Rounds, day.DamageSent, null);
        }
    }

    private static void WriteCsv(TextWriter output, params object?[] fields) =>
        output.WriteLine(string.Join(',', fields.Select(field => QuoteCsv(Convert.ToString(field, CultureInfo.InvariantCulture)))));

    private static string? Date(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string QuoteCsv(string? field) =>
        Terminal.StripControlCharacters(field ?? "") is var text && text.AsSpan().IndexOfAny(",\"") < 0
            ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Format(decimal number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [JsonSerializable(typeof(GamesReport))]
    private sealed partial class ReportJson : JsonSerializerContext;
}
