using System.CommandLine;
using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using DuckDB.NET.Data;
using Superhero.Silo.Commands;
using Superhero.Tables.Report;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The tables of the report from the same files, by DuckDB alone and as fast as was found: a process that does nothing else.</summary>
internal static class BestQuery
{
    private const string Name = "best-query";

    // As much as the report's own DuckDB has.
    private const string Memory = "512MiB";

    private const int Top = 10;

    // Tried with 5 million games, in CPU seconds: one join of all days does not fit into the memory and goes to disk; of as many days
    // as here 22.2; of 8 days 25.7, and of 2 to 8 days with lists of files for patterns 22.6 to 23.9; of 32 days 22.9. The join in a
    // temporary table, from which heroes and players are counted, and GAME_PODIUM read once: 24.8, and 22.5 to 27.2 where what is
    // known of the players is added up every few joins, in twice the memory. Grouping sets took as much as that, tokens as UUIDs more.
    // To read the columns alone takes 10.5.
    private const int DaysAtOnce = 16;

    private const string Sums = "count(*), count(*) FILTER (WHERE rank = 1), sum(rounds), sum(damage_sent), sum(damage_received)";

    private const string Again = "sum(games) AS games, sum(wins) AS wins, sum(rounds) AS rounds, sum(sent) AS sent, sum(received) AS received";

    public static Command Command()
    {
        var folder = new Argument<string>("folder");
        var command = new Command(Name) { folder };
        command.Hidden = true;
        command.SetAction(arguments => Run(arguments.GetValue(folder)!));
        return command;
    }

    /// <summary>How to start it on a folder.</summary>
    public static ProcessStartInfo Start(string folder) => new("dotnet", [typeof(BestQuery).Assembly.Location, Name, folder]);

    private static void Run(string folder)
    {
        using var spill = new TemporaryFolder();
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        Execute(
            $"""
            SET memory_limit = '{Memory}';
            SET threads = {Environment.ProcessorCount};
            SET temp_directory = '{spill.Path}';
            SET enable_external_file_cache = false;
            SET preserve_insertion_order = false;
            SET TimeZone = 'UTC';
            CREATE TABLE days (date DATE, games BIGINT);
            CREATE TABLE heroes (date DATE, id USMALLINT, games BIGINT, wins BIGINT, rounds HUGEINT, sent HUGEINT, received HUGEINT);
            CREATE TABLE players (id VARCHAR, games BIGINT, wins BIGINT, rounds HUGEINT, sent HUGEINT, received HUGEINT);
            INSERT INTO days SELECT date, count(*) FROM {Parts("GAME_SESSION")} GROUP BY date;
            INSERT INTO players SELECT user_token, {Sums} FROM {Parts("GAME_PODIUM")} GROUP BY user_token;
            """);
        string[] days = [.. Directory.EnumerateDirectories($"{folder}/superhero/delta/GAME_PODIUM", "date=*").Select(day => day[(day.LastIndexOf('=') + 1)..]).Order()];
        foreach (var some in days.Chunk(DaysAtOnce))
        {
            Execute(
                $"""
                INSERT INTO heroes SELECT p.date, superhero_id, {Sums}
                FROM (SELECT * FROM {Parts("GAME_PODIUM")} WHERE date BETWEEN '{some[0]}' AND '{some[^1]}') p
                JOIN (SELECT * FROM {Parts("GAME_META")} WHERE date BETWEEN '{some[0]}' AND '{some[^1]}') m USING (game_token, user_token) GROUP BY ALL
                """);
        }

        if (Directory.EnumerateFiles($"{folder}/superhero/GAME_PODIUM").Any())
        {
            // Here it is the files that take the time.
            Execute(
                $"""
                CREATE TABLE ended AS SELECT file_name AS filename, (value::VARCHAR)[:10]::DATE AS date
                FROM parquet_kv_metadata('{folder}/superhero/GAME_PODIUM/*.gz.parquet') WHERE key = 'ended_at';
                INSERT INTO days SELECT date, count(*) FROM ended GROUP BY date;
                CREATE TABLE joined AS SELECT date, user_token, superhero_id, rank, rounds, damage_sent, damage_received
                FROM {Files("GAME_PODIUM", ", filename = true")} p JOIN ended USING (filename) JOIN {Files("GAME_META")} m USING (game_token, user_token);
                INSERT INTO heroes SELECT date, superhero_id, {Sums} FROM joined GROUP BY ALL;
                INSERT INTO players SELECT user_token, {Sums} FROM joined GROUP BY ALL;
                """);
        }

        Execute($"CREATE TABLE standings AS SELECT id, {Again} FROM players GROUP BY id");
        ReportWriter.Write(
            CommandContext.OfProcess(),
            new GamesReport(
                Query(
                    "SELECT (SELECT sum(games) FROM days), sum(games), (SELECT count(*) FROM standings), count(DISTINCT id), sum(rounds), sum(sent) FROM heroes",
                    row => new ReportTotals(Count(row, 0), Count(row, 1), Count(row, 2), Count(row, 3), Number(row, 4), Number(row, 5)))[0],
                Query(
                    """
                    SELECT d.date, d.games, h.games, rounds, sent FROM (SELECT date, sum(games) AS games FROM days GROUP BY date) d
                    JOIN (SELECT date, sum(games) AS games, sum(rounds) AS rounds, sum(sent) AS sent FROM heroes GROUP BY date) h USING (date) ORDER BY 1
                    """,
                    row => new ReportDay(row.GetFieldValue<DateOnly>(0), Count(row, 1), Count(row, 2), Number(row, 3), Number(row, 4))),
                Query(
                    $"""
                    SELECT id, name, games, wins, rounds, sent, received
                    FROM (SELECT id, {Again} FROM heroes GROUP BY id ORDER BY wins DESC, sent DESC, id LIMIT {Top})
                    LEFT JOIN read_parquet('{folder}/superhero/delta/SUPERHERO/part-*.gz.parquet') ON superhero_id = id ORDER BY wins DESC, sent DESC, id
                    """,
                    Standing),
                Query($"SELECT id, NULL, games, wins, rounds, sent, received FROM standings ORDER BY wins DESC, sent DESC, id LIMIT {Top}", Standing)),
            ReportFormat.json);

        string Parts(string table) => $"read_parquet('{folder}/superhero/delta/{table}/date=*/*.gz.parquet', hive_partitioning = true, hive_types = {{'date': 'DATE'}})";

        string Files(string table, string more = "") => $"read_parquet('{folder}/superhero/{table}/*.gz.parquet', hive_partitioning = false{more})";

        void Execute(string sql)
        {
            using var command = duck.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        List<T> Query<T>(string sql, Func<DbDataReader, T> read)
        {
            using var command = duck.CreateCommand();
            command.CommandText = sql;
            using var rows = command.ExecuteReader();
            List<T> all = [];
            while (rows.Read())
            {
                all.Add(read(rows));
            }

            return all;
        }
    }

    private static Standing Standing(DbDataReader row) => new(
        Convert.ToString(row.GetValue(0), CultureInfo.InvariantCulture)!, row.IsDBNull(1) ? null : row.GetString(1),
        Count(row, 2), Count(row, 3), Number(row, 4), Number(row, 5), Number(row, 6));

    private static long Count(DbDataReader row, int column) => (long)Number(row, column);

    private static decimal Number(DbDataReader row, int column) =>
        row.GetValue(column) is BigInteger big ? (decimal)big : Convert.ToDecimal(row.GetValue(column), CultureInfo.InvariantCulture);
}
