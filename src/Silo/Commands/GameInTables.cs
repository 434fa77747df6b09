using Superhero.Grains.Statistics;
using Superhero.Tables.Files;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;

namespace Superhero.Silo.Commands;

/// <summary>Where the tables have a game, each in a file of its own or in a part that it was merged into.</summary>
internal sealed class GameInTables
{
    private readonly Guid _token;
    private readonly List<Place> _places = [];

    /// <summary>Looks for it.</summary>
    /// <param name="output">The folder that holds the tables.</param>
    /// <param name="token">The game's token.</param>
    /// <exception cref="IOException">A part can't be read.</exception>
    public GameInTables(string output, Guid token)
    {
        _token = token;
        foreach (var table in TableSchema.All.Select(schema => new TableFiles(output, schema)))
        {
            IReadOnlyList<FileInfo> files = table.Of(token);
            _places.Add(files.Count > 0
                ? new Place(table, [.. files.Select(file => Describe(table, file))], Part: null)
                : new Place(table, [], Part(table, _places.FirstOrDefault()?.Part)));
        }
    }

    /// <summary>Whether one of them has it.</summary>
    public bool IsKnown => _places.Any(place => place.HasGame);

    /// <summary>Whether both have it.</summary>
    public bool IsWhole => _places.All(place => place.HasGame);

    /// <summary>Whether what they have of it is as it should be.</summary>
    public bool IsSound => _places.All(place => place.Files.Count <= 1 && place.Files.All(file => file.Problem is null));

    /// <summary>What there is of it, and what is missing, a line each.</summary>
    public IEnumerable<string> Lines => _places.SelectMany(place => place switch
    {
        { Part: { } part } => [$"{place.Table.Relative(part)}: merged into it"],
        { HasGame: true } => place.Files.Select(file =>
            $"{file.Written.Path}: {(file.Problem is null ? $"rows: {file.Written.Rows}" : file.Problem)}, bytes: {file.Written.Bytes:N0}, SHA-256 {file.Written.Sha256}"),
        _ => [$"{place.Table.Schema.Name} has none of it"],
    });

    /// <summary>Its podium; empty where it can't be read from both.</summary>
    public IReadOnlyList<PodiumPlace> Podium()
    {
        if (!IsWhole || !IsSound)
        {
            return [];
        }

        using var reader = TableReader.Of(_places.Select(place => (
            place.Table.Schema, (IReadOnlyList<string>)[.. (place.Part is { } part ? [part] : place.Table.Of(_token)).Select(file => file.FullName)])));
        return reader.Query(
            $"""
            SELECT user_token, superhero_id, rank, rounds, damage_received, damage_sent
            FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token)
            WHERE game_token = '{_token:D}' ORDER BY rank, user_token
            """,
            row => new PodiumPlace(
                row.GetString(0), row.GetFieldValue<ushort>(1), row.GetByte(2), row.GetFieldValue<ushort>(3),
                row.GetFieldValue<ulong>(4), row.GetFieldValue<ulong>(5)));
    }

    private static (WrittenFile Written, string? Problem) Describe(TableFiles table, FileInfo file)
    {
        var bytes = File.ReadAllBytes(file.FullName);
        try
        {
            return (WrittenFile.Of(table.Relative(file), ParquetFile.Read(table.Schema, file.FullName).Rows, bytes), null);
        }
        catch (InvalidDataException exception)
        {
            return (WrittenFile.Of(table.Relative(file), 0, bytes), exception.Message);
        }
    }

    // The parts of both tables are made together and have the same names, so that where the first has a game tells where
    // to look first in the other.
    private FileInfo? Part(TableFiles table, FileInfo? other)
    {
        var parts = table.Parts.ToLookup(part => other is not null && part.Name == other.Name);
        return FirstWithGame(parts[true]) ?? FirstWithGame(parts[false]);
    }

    private FileInfo? FirstWithGame(IEnumerable<FileInfo> parts)
    {
        if (!parts.Any())
        {
            return null;
        }

        using var reader = TableReader.Of([]);
        return reader.Query(
            $"SELECT min(filename) FROM {TableReader.Scan(parts.Select(part => part.FullName))} WHERE game_token = '{_token:D}'",
            row => row.IsDBNull(0) ? null : new FileInfo(row.GetString(0)))[0];
    }

    private sealed record Place(TableFiles Table, IReadOnlyList<(WrittenFile Written, string? Problem)> Files, FileInfo? Part)
    {
        public bool HasGame => Files.Count > 0 || Part is not null;
    }
}
