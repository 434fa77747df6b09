using System.Data.Common;
using System.Numerics;
using Superhero.Tables.Query;

namespace Superhero.Tables.Report;

/// <summary>Totals and leaderboards of all games in the tables.</summary>
/// <param name="Totals">The totals.</param>
/// <param name="Heroes">The heroes with the most wins.</param>
/// <param name="Players">The users with the most wins.</param>
public sealed record GamesReport(ReportTotals Totals, IReadOnlyList<Standing> Heroes, IReadOnlyList<Standing> Players)
{
    private const string Sums = "count(*) FILTER (WHERE rank = 1) AS wins, sum(rounds) AS rounds, sum(damage_sent) AS sent, sum(damage_received) AS received";

    /// <summary>Reads it.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="names">superhero_id to name, where it is known.</param>
    /// <param name="top">How long the leaderboards are at the most.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static GamesReport Read(TableReader tables, IReadOnlyDictionary<ushort, string> names, int top)
    {
        var totals = tables.Query(
            """
            SELECT count(DISTINCT game_token), count(*), count(DISTINCT user_token), count(DISTINCT superhero_id), sum(rounds), sum(damage_sent)
            FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token)
            """,
            row => new ReportTotals(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), GetDecimal(row, 4), GetDecimal(row, 5)))[0];
        return new GamesReport(
            totals,
            tables.Query(Board("superhero_id", top), row => Standing(row, row.GetFieldValue<ushort>(0) is var id && names.TryGetValue(id, out var name) ? name : null)),
            tables.Query(Board("user_token", top), row => Standing(row, null)));
    }

    private static string Board(string by, int top) =>
        $"""
        SELECT {by}, count(*) AS games, {Sums}
        FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token)
        GROUP BY {by} ORDER BY wins DESC, sent DESC, {by} LIMIT {top}
        """;

    private static Standing Standing(DbDataReader row, string? name) => new(
        row.GetValue(0).ToString()!, name, row.GetInt64(1), row.GetInt64(2), GetDecimal(row, 3), GetDecimal(row, 4), GetDecimal(row, 5));

    // A sum of DuckDB's is wider than any whole number of .NET's that JSON knows; of no rows it is null.
    private static decimal GetDecimal(DbDataReader row, int column) =>
        row.IsDBNull(column) ? 0 : (decimal)row.GetFieldValue<BigInteger>(column);
}

/// <summary>All games together.</summary>
/// <param name="Games">How many games.</param>
/// <param name="Participations">How many participants they had, counting each as often as it took part.</param>
/// <param name="Players">How many users.</param>
/// <param name="Heroes">How many heroes.</param>
/// <param name="Rounds">How many attacks.</param>
/// <param name="DamageSent">The damage that they sent.</param>
public sealed record ReportTotals(long Games, long Participations, long Players, long Heroes, decimal Rounds, decimal DamageSent);

/// <summary>What a hero or a user has done in all games.</summary>
/// <param name="Id">The superhero_id or the user_token.</param>
/// <param name="Name">The hero's name; null where it is not known.</param>
/// <param name="Games">In how many games.</param>
/// <param name="Wins">In how many of them it had rank 1.</param>
/// <param name="Rounds">How many attacks it made.</param>
/// <param name="DamageSent">The damage that it sent.</param>
/// <param name="DamageReceived">The damage that it received.</param>
public sealed record Standing(
    string Id, string? Name, long Games, long Wins, decimal Rounds, decimal DamageSent, decimal DamageReceived);
