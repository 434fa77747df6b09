using System.Globalization;
using DuckDB.NET.Data;
using Spectre.Console;
using Superhero.Grains.Load;

namespace Superhero.Silo.Demo;

/// <summary>The heroes with the most wins, read back from the Parquet files by DuckDB.</summary>
internal static class Leaderboard
{
    public static Table Read(OutputFolder output, Func<int, string> nameOf)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT superhero_id, count(*) FILTER (WHERE rank = 1) AS wins, count(*) AS games, sum(damage_sent)::DOUBLE AS damage
            FROM read_parquet('{Quote(output.Glob(GameFile.Podium))}')
            JOIN read_parquet('{Quote(output.Glob(GameFile.Meta))}') USING (game_token, user_token)
            GROUP BY superhero_id ORDER BY wins DESC, damage DESC, superhero_id LIMIT 5
            """;
        var table = new Table().AddColumns("hero", "wins", "games", "damage sent");
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            table.AddRow(
                Markup.Escape(nameOf(rows.GetFieldValue<ushort>(0))),
                rows.GetInt64(1).ToString(CultureInfo.InvariantCulture),
                rows.GetInt64(2).ToString(CultureInfo.InvariantCulture),
                rows.GetDouble(3).ToString("N0", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static string Quote(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
