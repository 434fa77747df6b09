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
    private static readonly ReportJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a report.</summary>
    public static void Write(GamesReport report, ReportFormat format)
    {
        switch (format)
        {
            case ReportFormat.csv:
                WriteCsv(report);
                break;
            case ReportFormat.json:
                Console.WriteLine(JsonSerializer.Serialize(report, Json.GamesReport));
                break;
            default:
                WriteTables(report);
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
                Markup.Escape(one.Name ?? one.Id),
                Format(one.Games), Format(one.Wins), Format(one.Rounds), Format(one.DamageSent), Format(one.DamageReceived));
        }

        return table;
    }

    private static void WriteTables(GamesReport report)
    {
        var totals = report.Totals;
        Terminal.Out.Write(new Table { Title = new TableTitle("all games") }
            .AddColumn("what").AddColumn(new TableColumn("count").RightAligned())
            .AddRow("games", Format(totals.Games))
            .AddRow("participations", Format(totals.Participations))
            .AddRow("players", Format(totals.Players))
            .AddRow("heroes", Format(totals.Heroes))
            .AddRow("attacks", Format(totals.Rounds))
            .AddRow("damage sent", Format(totals.DamageSent)));
        Terminal.Out.Write(Board("heroes", "hero", report.Heroes));
        Terminal.Out.Write(Board("players", "user_token", report.Players));
    }

    private static void WriteCsv(GamesReport report)
    {
        Console.WriteLine("board,place,id,name,games,wins,rounds,damage_sent,damage_received");
        foreach (var (board, standings) in new[] { ("heroes", report.Heroes), ("players", report.Players) })
        {
            foreach (var (place, one) in standings.Index())
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{board},{place + 1},{one.Id},{QuoteCsv(one.Name)},{one.Games},{one.Wins},{one.Rounds},{one.DamageSent},{one.DamageReceived}"));
            }
        }
    }

    private static string QuoteCsv(string? text) =>
        text is null ? "" : text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Format(decimal number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [JsonSerializable(typeof(GamesReport))]
    private sealed partial class ReportJson : JsonSerializerContext;
}
