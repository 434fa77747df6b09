using System.Globalization;

namespace Superhero.Tables.Parquet;

/// <summary>Makes parts, into which games are merged. Their bytes are a function of the games alone.</summary>
public static class PartParquet
{
    /// <summary>What is noted in a part by how its rows are sorted; parts of releases before 0.3.0 are not, and have no sessions beside them.</summary>
    public const string SortedBy = "sorted_by";

    // Who looks for one game reads a row group of each part that may have it; smaller ones take more room.
    private const int GamesInGroup = 2000;

    /// <summary>A part.</summary>
    /// <param name="table">The table.</param>
    /// <param name="games">The rows of each game, sorted by token.</param>
    public static byte[] Create(TableSchema table, IReadOnlyList<TableRows> games) => ParquetBytes.OfPart(
        table,
        new Dictionary<string, string>
        {
            ["games"] = games.Count.ToString(CultureInfo.InvariantCulture),
            [SortedBy] = table.Columns[0].Name,
            ["writer"] = GameParquet.Writer,
            ["schema_version"] = GameParquet.SchemaVersion,
        },
        Groups(table, games));

    /// <summary>The rows of games in row groups, none of which begins in the midst of a game.</summary>
    internal static IEnumerable<TableRows> Groups(TableSchema table, IReadOnlyList<TableRows> games) =>
        games.Chunk(GamesInGroup).Select(some => TableRows.Concatenate(table, some));
}
