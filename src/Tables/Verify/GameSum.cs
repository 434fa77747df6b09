using Superhero.Tables.Parquet;

namespace Superhero.Tables.Verify;

/// <summary>What is compared of a game between tables, and between its own files and a part, in place of its rows.</summary>
/// <param name="Rows">A hash of its rows.</param>
/// <param name="Users">A hash of its participants.</param>
/// <param name="Count">How many rows it has; in GAME_SESSION, how many participants.</param>
/// <param name="Attacks">How many attacks it has; 0 in GAME_META.</param>
internal readonly record struct GameSum(ulong Rows, ulong Users, int Count, long Attacks)
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The sum of a game's rows.</summary>
    public static GameSum Of(TableSchema table, TableRows rows, int start, int count)
    {
        if (table == TableSchema.Session)
        {
            return new GameSum(0, 0, rows.Column<int>(3)[start], rows.Column<long>(4)[start]);
        }

        var (all, users, attacks) = (0UL, 0UL, 0L);
        for (var row = start; row < start + count; row++)
        {
            var hash = Basis;
            foreach (var (i, column) in table.Columns.Index().Skip(1))
            {
                hash = Add(hash, $"{column.Value(rows.Columns[i], row)}");
            }

            // The order of rows does not matter.
            all += hash;
            users += Add(Basis, rows.Users[row]);
            attacks += table.Name == TableSchema.Podium.Name ? rows.Column<int>(3)[row] : 0;
        }

        return new GameSum(all, users, count, attacks);
    }

    // FNV-1a, with a byte that no text has between two.
    private static ulong Add(ulong hash, string text)
    {
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * Prime;
        }

        return (hash ^ 0xFF) * Prime;
    }
}
