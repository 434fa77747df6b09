namespace Superhero.Tables.Parquet;

/// <summary>Rows of a table, column by column.</summary>
/// <param name="schema">The table.</param>
/// <param name="columns">The values of each column, in the schema's order, each as its column has it in .NET.</param>
public sealed class TableRows(TableSchema schema, params Array[] columns)
{
    /// <summary>How many there are.</summary>
    public int Count => columns[0].Length;

    /// <summary>The first column: the game_token of each row.</summary>
    public string[] Games => Column<string>(0);

    /// <summary>The second column of GAME_META and GAME_PODIUM: the user_token of each row.</summary>
    public string[] Users => Column<string>(1);

    /// <summary>The rows of several, one after the other.</summary>
    public static TableRows Concatenate(TableSchema schema, IReadOnlyList<TableRows> parts) => new(
        schema, [.. schema.Columns.Select((column, i) => column.Concatenate([.. parts.Select(part => part.Columns[i])]))]);

    /// <summary>The values of a column.</summary>
    public T[] Column<T>(int index) => (T[])columns[index];

    /// <summary>Some of the rows.</summary>
    public TableRows Slice(int start, int count) => new(schema, [.. schema.Columns.Zip(columns, (column, values) => column.Slice(values, start, count))]);

    /// <summary>Which rows each game has; they stand together.</summary>
    public IEnumerable<(string Game, int Start, int Count)> Runs()
    {
        var games = Games;
        for (var (start, end) = (0, 0); start < games.Length; start = end)
        {
            while (end < games.Length && games[end] == games[start])
            {
                end++;
            }

            yield return (games[start], start, end - start);
        }
    }

    /// <summary>Whether these are the same rows in the same order.</summary>
    public bool AreSame(TableRows other) => schema.Columns.Index().All(column => column.Item.Same(columns[column.Index], other.Columns[column.Index]));

    internal Array[] Columns => columns;
}
