using System.Globalization;
using Spectre.Console;
using Superhero.Grains.Journal;
using Superhero.Silo.Statistics;
using Superhero.Tables.Files;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;

namespace Superhero.Silo.Commands;

/// <summary>What became of a game, from the journals and the tables.</summary>
/// <param name="output">The folder that holds the tables.</param>
/// <param name="journals">The folder that holds the journals.</param>
internal sealed class GameDescription(string output, string journals)
{
    /// <summary>Prints it.</summary>
    /// <returns>The exit code: 1 where nothing is known of the game, or a file is not as it was written.</returns>
    public int Show(Guid token)
    {
        var entries = new JournalReader(journals).ReadNew().Where(entry => entry.Token == token).OrderBy(entry => entry.At).ToList();
        var tables = TableSchema.All.Select(schema => new TableFiles(output, schema)).ToList();
        var load = entries.LastOrDefault(entry => entry.LoadRecord is not null)?.LoadRecord;
        var podium = load?.Podium ?? Podium(tables, token);
        if (entries.Count == 0 && podium.Count == 0)
        {
            Console.Error.WriteLine($"Nothing is known of game {token} in {output}. A game in work is not yet there.");
            return 1;
        }

        Line("game", token.ToString());
        if (load is not null)
        {
            Line("claimed", $"{Terminal.Time(load.ClaimedAt)} by {load.ClaimedBy}");
        }

        foreach (var entry in entries)
        {
            Line(Word(entry.Event), $"{Terminal.Time(entry.At)} by {entry.Silo}{Details(entry)}");
        }

        if (entries.Count == 0)
        {
            Line("journal", "says nothing of it");
        }

        var right = true;
        foreach (var (path, state, good) in tables.SelectMany(table => States(table, token, load)))
        {
            right &= good;
            Line("file", $"{path}: {state}");
        }

        if (podium.Count > 0)
        {
            Print(podium);
        }

        return right ? 0 : 1;
    }

    // A line for each file that there is, or that the load says there was.
    private static IEnumerable<(string Path, string State, bool Good)> States(TableFiles table, Guid token, LoadRecord? load)
    {
        var files = table.Of(token);
        foreach (var file in files)
        {
            var found = Describe(table, file);
            var written = load?.Files.FirstOrDefault(one => one.Path == table.Relative(file));
            yield return (
                table.Relative(file),
                $"rows: {found.Rows}, bytes: {found.Bytes:N0}, SHA-256 {found.Sha256}"
                + (written is null ? "" : written.Sha256 == found.Sha256 ? ", as it was written" : $", but it was written as {written.Sha256}"),
                written is null || written.Sha256 == found.Sha256);
        }

        if (files.Count == 0 && load?.Files.FirstOrDefault(one => one.Path.Contains(table.Schema.Name, StringComparison.Ordinal)) is { } gone)
        {
            var merged = Merged(table, token);
            yield return (
                gone.Path,
                $"rows: {gone.Rows}, bytes: {gone.Bytes:N0}, SHA-256 {gone.Sha256}; {(merged is null ? "it is not there" : $"merged into {merged}")}",
                merged is not null);
        }
    }

    private static WrittenFile Describe(TableFiles table, FileInfo file)
    {
        try
        {
            var rows = ParquetFile.Read(table.Schema, file.FullName).Rows;
            return WrittenFile.Of(table.Relative(file), rows, File.ReadAllBytes(file.FullName));
        }
        catch (InvalidDataException)
        {
            return WrittenFile.Of(table.Relative(file), 0, File.ReadAllBytes(file.FullName));
        }
    }

    private static string? Merged(TableFiles table, Guid token)
    {
        if (table.Parts.Count == 0)
        {
            return null;
        }

        using var reader = TableReader.Of([]);
        return reader.Query(
            $"SELECT min(filename) FROM {TableReader.Scan(table.Parts.Select(part => part.FullName))} WHERE game_token = '{token:D}'",
            row => row.IsDBNull(0) ? null : table.Relative(new FileInfo(row.GetString(0))))[0];
    }

    // From the tables, where no journal tells it.
    private static IReadOnlyList<LoadRecordRow> Podium(List<TableFiles> tables, Guid token)
    {
        var files = tables.Select(table => (
            table.Schema,
            Files: (IReadOnlyList<string>)[.. table.Of(token).Concat(table.Parts).Select(file => file.FullName)])).ToList();
        if (files.Any(table => table.Files.Count == 0))
        {
            return [];
        }

        using var reader = TableReader.Of(files);
        return reader.Query(
            $"""
            SELECT user_token, superhero_id, rank, rounds, damage_received, damage_sent
            FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token)
            WHERE game_token = '{token:D}' ORDER BY rank, user_token
            """,
            row => new LoadRecordRow(
                row.GetString(0), row.GetFieldValue<ushort>(1), row.GetByte(2), row.GetFieldValue<ushort>(3),
                row.GetFieldValue<ulong>(4), row.GetFieldValue<ulong>(5)));
    }

    private static void Print(IEnumerable<LoadRecordRow> podium)
    {
        var table = new Table { Title = new TableTitle("podium") }.AddColumns("rank", "user_token", "superhero_id");
        foreach (var number in new[] { "attacks", "damage sent", "damage received" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        foreach (var row in podium)
        {
            table.AddRow(
                $"{row.Rank}", Markup.Escape(row.User), $"{row.Hero}",
                row.Rounds.ToString("N0", CultureInfo.InvariantCulture),
                row.Sent.ToString("N0", CultureInfo.InvariantCulture),
                row.Received.ToString("N0", CultureInfo.InvariantCulture));
        }

        Terminal.Out.Write(table);
    }

    private static string Word(GameEvent happened) => happened switch
    {
        GameEvent.Loaded => "loaded",
        GameEvent.Cleaned => "cleaned",
        GameEvent.TimedOut => "timed out",
        GameEvent.Quarantined => "quarantined",
        _ => throw new ArgumentOutOfRangeException(nameof(happened)),
    };

    private static string Details(JournalEntry entry) =>
        entry.LoadRecord is { } load ? $", at attempt {load.Attempts}"
        : entry.Reason is { } reason ? $": {reason}"
        : "";

    private static void Line(string what, string text) => Console.WriteLine($"{what,-12}{Terminal.StripControlCharacters(text)}");
}
