using DuckDB.NET.Data;

namespace Superhero.Testing;

/// <summary>Reads the tables back as any reader would.</summary>
public static class DuckDb
{
    /// <summary>The rows of a query, their values as text.</summary>
    public static IReadOnlyList<string[]> Query(string sql) => QueryAll(sql) is [var rows, ..] ? rows : [];

    /// <summary>The rows of each query of several, those without any left out.</summary>
    public static IReadOnlyList<IReadOnlyList<string[]>> QueryAll(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<IReadOnlyList<string[]>> answers = [];
        do
        {
            List<string[]> rows = [];
            while (reader.Read())
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture) ?? "")]);
            }

            if (rows.Count > 0)
            {
                answers.Add(rows);
            }
        }
        while (reader.NextResult());

        return answers;
    }

    /// <summary>The rows of GAME_PODIUM joined to GAME_META.</summary>
    /// <param name="output">The output folder.</param>
    /// <param name="game">The only game to read; nothing for all.</param>
    public static IReadOnlyList<ExpectedRow> Rows(string output, string game = "") =>
    [
        .. Query($"""
            SELECT p.game_token, p.user_token, rank, rounds, damage_received, damage_sent, superhero_id
            FROM read_parquet('{output}/superhero/GAME_PODIUM/{game}*.gz.parquet') p
            JOIN read_parquet('{output}/superhero/GAME_META/{game}*.gz.parquet') m USING (game_token, user_token)
            """).Select(row => new ExpectedRow(row[0], row[1], Int(row[2]), Int(row[3]), Long(row[4]), Long(row[5]), Int(row[6]))),
    ];

    private static int Int(string text) => (int)Long(text);

    private static long Long(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
