namespace Superhero.Tables.Parquet;

/// <summary>Makes parts, which hold compacted games.</summary>
public static class PartParquet
{
    // Who looks for one game reads a row group of each part that may have it; smaller ones take more room.
    private const int GamesInGroup = 2000;

    /// <summary>A part.</summary>
    /// <param name="table">The table.</param>
    /// <param name="groups">Its row groups, sorted by token.</param>
    public static byte[] Create(TableSchema table, IEnumerable<TableRows> groups) => ParquetBytes.OfPart(
        table,
        new Dictionary<string, string>
        {
            ["sorted_by"] = table.Columns[0].Name,
            ["writer"] = GameParquet.Writer,
            ["schema_version"] = GameParquet.SchemaVersion,
        },
        groups);

    /// <summary>The rows of games in row groups, none of which begins in the midst of a game.</summary>
    public static IEnumerable<TableRows> Groups(TableSchema table, IEnumerable<TableRows> games) =>
        games.Chunk(GamesInGroup).Select(some => TableRows.Concatenate(table, some));
}
