using System.Data.Common;
using System.Globalization;
using System.Numerics;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Query;

namespace Superhero.Tables.Report;

/// <summary>Totals, a trend by day, and leaderboards of the games in the tables.</summary>
/// <param name="Totals">The totals.</param>
/// <param name="Days">Each day on which games ended, in their order.</param>
/// <param name="Heroes">The heroes with the most wins.</param>
/// <param name="Players">The users with the most wins.</param>
public sealed record GamesReport(
    ReportTotals Totals, IReadOnlyList<ReportDay> Days, IReadOnlyList<Standing> Heroes, IReadOnlyList<Standing> Players)
{
    // Of the days that are asked together, so that a join stays in a few megabytes, and few enough questions are asked.
    private const int DaysAtOnce = 16;

    private const string Sums = "sum(games) AS games, sum(wins) AS wins, sum(rounds) AS rounds, sum(sent) AS sent, sum(received) AS received";

    private const string AddPlayers =
        """
        INSERT INTO players
        SELECT user_token, count(*), count(*) FILTER (WHERE rank = 1), sum(rounds), sum(damage_sent), sum(damage_received)
        FROM GAME_PODIUM GROUP BY user_token
        """;

    /// <summary>Reads it.</summary>
    /// <param name="store">Where the tables are.</param>
    /// <param name="period">Which games: those that ended on the days that it touches.</param>
    /// <param name="top">How long the leaderboards are at the most.</param>
    /// <param name="leftOut">Told of each file that is damaged, and whose game is therefore left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">There are no tables, or a part can't be read.</exception>
    public static async Task<GamesReport> ReadAsync(
        IOutputStore store, Period period, int top, Action<string> leftOut, CancellationToken cancellationToken)
    {
        using var tables = await TableReader.PrepareAsync(store, period, cancellationToken);
        foreach (var file in tables.LeftOut)
        {
            leftOut(file);
        }

        if (tables.Partitions.Count == 0 && period == Period.Always)
        {
            throw new IOException($"There are no games in {store}; name the place of the tables with OUTPUT_DIR or --output.");
        }

        tables.Execute(
            """
            CREATE TABLE days (date DATE, games BIGINT);
            CREATE TABLE heroes (date DATE, id INTEGER, games BIGINT, wins BIGINT, rounds HUGEINT, sent HUGEINT, received HUGEINT);
            CREATE TABLE players (id VARCHAR, games BIGINT, wins BIGINT, rounds HUGEINT, sent HUGEINT, received HUGEINT);
            """);
        foreach (var partitions in tables.Partitions.Chunk(DaysAtOnce))
        {
            await tables.ShowAsync(partitions, cancellationToken);
            tables.Execute(
                """
                INSERT INTO days SELECT date, count(*) FROM GAME_SESSION GROUP BY date;
                INSERT INTO heroes
                SELECT p.date, superhero_id, count(*), count(*) FILTER (WHERE rank = 1), sum(rounds), sum(damage_sent), sum(damage_received)
                FROM GAME_PODIUM p JOIN GAME_META m USING (game_token, user_token) GROUP BY ALL;
                """);
            if (store.LocalFolder is null)
            {
                tables.Execute(AddPlayers);
            }
        }

        // Where nothing has to be fetched for it, all days at once are less work: most players are back on another day.
        if (store.LocalFolder is not null)
        {
            await tables.ShowAsync(tables.Partitions, cancellationToken);
            tables.Execute(AddPlayers);
        }

        tables.Execute($"CREATE TABLE standings AS SELECT id, {Sums} FROM players GROUP BY id");
        return new GamesReport(
            tables.Query(
                """
                SELECT (SELECT sum(games) FROM days), sum(games), (SELECT count(*) FROM standings), count(DISTINCT id), sum(rounds), sum(sent) FROM heroes
                """,
                row => new ReportTotals(
                    GetCount(row, 0), GetCount(row, 1), GetCount(row, 2), GetCount(row, 3), GetDecimal(row, 4), GetDecimal(row, 5)))[0],
            tables.Query(
                """
                SELECT d.date, d.games, coalesce(h.participations, 0), coalesce(h.rounds, 0), coalesce(h.sent, 0)
                FROM (SELECT date, sum(games) AS games FROM days GROUP BY date) d
                LEFT JOIN (SELECT date, sum(games) AS participations, sum(rounds) AS rounds, sum(sent) AS sent FROM heroes GROUP BY date) h
                ON d.date IS NOT DISTINCT FROM h.date ORDER BY d.date
                """,
                row => new ReportDay(
                    row.IsDBNull(0) ? null : row.GetFieldValue<DateOnly>(0), GetCount(row, 1), GetCount(row, 2), GetDecimal(row, 3), GetDecimal(row, 4))),
            tables.Query(
                $"""
                SELECT id, name, games, wins, rounds, sent, received
                FROM (SELECT id, {Sums} FROM heroes GROUP BY id ORDER BY wins DESC, sent DESC, id LIMIT {top})
                LEFT JOIN SUPERHERO ON superhero_id = id ORDER BY wins DESC, sent DESC, id
                """,
                Standing),
            tables.Query($"SELECT id, NULL, games, wins, rounds, sent, received FROM standings ORDER BY wins DESC, sent DESC, id LIMIT {top}", Standing));
    }

    /// <summary>The same, with names for heroes that the tables do not name.</summary>
    public GamesReport Named(IReadOnlyDictionary<ushort, string> names) => this with
    {
        Heroes = [.. Heroes.Select(hero => hero with { Name = hero.Name ?? names.GetValueOrDefault(ushort.Parse(hero.Id, CultureInfo.InvariantCulture)) })],
    };

    private static Standing Standing(DbDataReader row) => new(
        row.GetValue(0).ToString()!, row.IsDBNull(1) || row.GetString(1).Length == 0 ? null : row.GetString(1),
        GetCount(row, 2), GetCount(row, 3), GetDecimal(row, 4), GetDecimal(row, 5), GetDecimal(row, 6));

    private static long GetCount(DbDataReader row, int column) => (long)GetDecimal(row, column);

    // A sum of DuckDB's is wider than any whole number of .NET's that JSON knows; of no rows it is null.
    private static decimal GetDecimal(DbDataReader row, int column) => row.IsDBNull(column) ? 0 : row.GetValue(column) switch
    {
        BigInteger big => (decimal)big,
        var number => Convert.ToDecimal(number, CultureInfo.InvariantCulture),
    };
}

/// <summary>All games together.</summary>
/// <param name="Games">How many games.</param>
/// <param name="Participations">How many participants they had, counting each as often as it took part.</param>
/// <param name="Players">How many users.</param>
/// <param name="Heroes">How many heroes.</param>
/// <param name="Rounds">How many attacks.</param>
/// <param name="DamageSent">The damage that they sent.</param>
public sealed record ReportTotals(long Games, long Participations, long Players, long Heroes, decimal Rounds, decimal DamageSent);

/// <summary>The games that ended on a day.</summary>
/// <param name="Date">The day, in UTC; null for games whose end is not known.</param>
/// <param name="Games">How many games.</param>
/// <param name="Participations">How many participants they had.</param>
/// <param name="Rounds">How many attacks.</param>
/// <param name="DamageSent">The damage that they sent.</param>
public sealed record ReportDay(DateOnly? Date, long Games, long Participations, decimal Rounds, decimal DamageSent);

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
