using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Superhero.Tables.Files;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;

namespace Superhero.Tables.Compact;

/// <summary>Merges the files of single games into larger parts, a folder a day. It removes a game's own files only after it
/// has read all their rows back from the parts, so that whenever it is stopped, every row is in at least one file; and what
/// it finds merged already it removes and does not merge again.</summary>
/// <param name="local">The tables.</param>
/// <param name="clock">What day it is.</param>
/// <param name="report">Told what was done, a line a time.</param>
public sealed class Compactor(LocalTables local, TimeProvider clock, Action<string> report)
{
    private const int MaxGamesPerPart = 10_000;

    private readonly TableFiles[] _tables = [.. TableSchema.All.Select(schema => new TableFiles(local.Folder, schema))];
    private readonly Dictionary<TableFiles, HashSet<string>> _merged = [];

    /// <summary>How many games were left as they are because something is wrong with their files.</summary>
    public int Problems { get; private set; }

    /// <summary>Merges the games of days that are over, or those of one day.</summary>
    /// <param name="only">The day, in UTC, at which the games' files were written; null for all days before today.</param>
    /// <exception cref="IOException">The disk is full or fails, or another one is at work on the same folder.</exception>
    public async Task RunAsync(DateOnly? only)
    {
        using var alone = Lock();
        foreach (var table in _tables)
        {
            _merged[table] = MergedGames(table);
        }

        // A game's day is that of the file that is written last.
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var days = _tables[^1].Games
            .Where(file => GameFile.Owner(file.Name) is not null)
            .GroupBy(file => DateOnly.FromDateTime(file.LastWriteTimeUtc))
            .Where(day => only is { } one ? day.Key == one : day.Key < today)
            .OrderBy(day => day.Key);
        foreach (var day in days)
        {
            foreach (var files in day.Chunk(MaxGamesPerPart))
            {
                await MergeAsync(day.Key, files);
            }
        }
    }

    private async Task MergeAsync(DateOnly day, FileInfo[] podiums)
    {
        var games = podiums.Select(Read).OfType<GameFiles>().ToList();
        foreach (var (i, table) in _tables.Index())
        {
            var fresh = games.Where(game => !_merged[table].Contains(game.Token)).DistinctBy(game => game.Token).ToList();
            if (fresh.Count > 0)
            {
                await local.WriteAsync(table.PartPath(day, NameOf(fresh)), Part(table.Schema, [.. fresh.Select(game => game.Contents[i])]));
                _merged[table].UnionWith(fresh.Select(game => game.Token));
            }
        }

        var differing = _tables.SelectMany((table, i) => Differing(table, [.. games.Select(game => game.Files[i])])).ToHashSet();
        foreach (var game in differing.Order())
        {
            Problem($"game {game} is in a part already, with other rows; its own files are kept");
        }

        var safe = games.Where(game => !differing.Contains(game.Token)).ToList();
        foreach (var file in safe.SelectMany(game => game.Files))
        {
            await local.DeleteAsync(Path.GetRelativePath(local.Folder, file.FullName));
        }

        if (safe.Count > 0)
        {
            report(string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}: games merged: {safe.Count}, files removed: {_tables.Length * safe.Count}"));
        }
    }

    // The files of a game, null where they can't be merged.
    private GameFiles? Read(FileInfo podium)
    {
        try
        {
            FileInfo[] files = [.. _tables.Select(table => new FileInfo(Path.Combine(local.Folder, table.Schema.Folder, podium.Name)))];
            var contents = _tables.Zip(files, (table, file) => ParquetFile.Read(table.Schema, file.FullName)).ToArray();
            var token = GameFile.Owner(podium.Name)!.Value.Game.ToString("D");
            return contents.SelectMany(content => content.Games).All(game => game == token)
                ? new GameFiles(token, files, contents)
                : throw new InvalidDataException("it has rows of another game than its name says");
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Problem($"{podium.Name}: {exception.Message}; the game is left as it is");
            return null;
        }
    }

    // The same games always have the same name, so that what is done again replaces itself.
    private static string NameOf(IEnumerable<GameFiles> games) => "part-" + Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes(string.Join('\n', games.Select(game => game.Token)))))[..16];

    private static byte[] Part(TableSchema schema, IReadOnlyList<ParquetFile> games) => ParquetFile.CreatePart(
        schema,
        new Dictionary<string, string>
        {
            ["games"] = games.Count.ToString(CultureInfo.InvariantCulture),
            ["writer"] = GameParquet.Writer,
            ["schema_version"] = GameParquet.SchemaVersion,
        },
        group =>
        {
            foreach (var (i, column) in schema.Columns.Index())
            {
                column.Write(group, [.. games.Select(game => game.Columns[i])]);
            }
        });

    private static HashSet<string> MergedGames(TableFiles table)
    {
        if (table.Parts.Count == 0)
        {
            return [];
        }

        using var reader = TableReader.Of([]);
        return [.. reader.Query(
            $"SELECT DISTINCT game_token FROM {TableReader.Scan(table.Parts.Select(part => part.FullName))}", row => row.GetString(0))];
    }

    // Those of which not every row is in the parts, as they are on disk.
    private static IReadOnlyList<string> Differing(TableFiles table, IReadOnlyList<FileInfo> files)
    {
        if (files.Count == 0)
        {
            return [];
        }

        var own = TableReader.Scan(files.Select(file => file.FullName));
        var parts = TableReader.Scan(table.Parts.Select(part => part.FullName));
        using var reader = TableReader.Of([]);
        return reader.Query(
            $"""
            SELECT DISTINCT game_token FROM (
                SELECT * FROM {own} EXCEPT SELECT * FROM {parts} WHERE game_token IN (SELECT game_token FROM {own}))
            """,
            row => row.GetString(0));
    }

    private void Problem(string what)
    {
        Problems++;
        report($"{what}.");
    }

    private FileStream Lock()
    {
        var path = Path.Combine(local.Folder, "superhero", ".compact.lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new IOException($"{path} can't be locked; another compact may be at work: {exception.Message}", exception);
        }
    }

    private sealed record GameFiles(string Token, FileInfo[] Files, ParquetFile[] Contents);
}
