using Superhero.Tables.Query;

namespace Superhero.Testing;

/// <summary>Reads the tables, compacted and not, as tests compare them.</summary>
public static class TableReaderExtensions
{
    /// <summary>All rows of GAME_PODIUM joined to GAME_META, by game and user.</summary>
    public static IReadOnlyList<ExpectedRow> Rows(this TableReader tables) =>
    [
        .. tables.Query(
            """
            SELECT game_token, user_token, rank, rounds, damage_received, damage_sent, superhero_id
            FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token)
            """,
            row => new ExpectedRow(
                row.GetString(0), row.GetString(1), row.GetInt16(2), row.GetInt32(3),
                row.GetInt64(4), row.GetInt64(5), row.GetInt32(6)))
            .OrderBy(row => (row.Game, row.User)),
    ];
}
