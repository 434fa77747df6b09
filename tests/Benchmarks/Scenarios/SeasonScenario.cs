using System.Globalization;
using Superhero.Benchmarks.Measuring;
using Superhero.Demo;
using Superhero.Silo.Hosting;
using Superhero.Tables.Parquet;
using Superhero.Testing;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>What the commands take late in a season.</summary>
internal static class SeasonScenario
{
    private const int Seed = 1;
    private const int Rounds = 3;
    private const int Shown = 5;

    // What a season of 400 days has, and a week and a day that nobody compacted. With a part of it, days are as long but fewer.
    private const string Scale = "BENCHMARK_SEASON_SCALE";
    private const int GamesADay = 12_500;
    private const int Days = 400;
    private const int SingleDays = 8;
    private const int DayOfGames = 2000;

    public static async Task<Section> RunAsync(CancellationToken cancellationToken)
    {
        var scale = double.Parse(Environment.GetEnvironmentVariable(Scale) ?? "1", CultureInfo.InvariantCulture);
        var (days, single) = (Math.Max(1, (int)(Days * scale)), (int)(GamesADay * SingleDays * scale));
        var games = days * GamesADay;
        var yesterday = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-1);
        using var season = new TemporaryFolder();
        using var none = new TemporaryFolder();

        // Yesterday's games come later, and the days before it are the season.
        var (tables, alone) = (new SeasonTables(season.Path, yesterday, Seed), new SeasonTables(none.Path, yesterday, Seed));
        await tables.WriteHeroesAsync();
        var (parts, bytes, examples) = tables.WriteCompacted(games, days, cancellationToken);
        Say($"{games:N0} games are in {parts:N0} parts, {bytes / 1024 / 1024:N0} MiB");

        List<ChildRun> shown = [];
        foreach (var game in examples.Take(Shown))
        {
            shown.Add(await DoAsync("games show", season.Path, cancellationToken, "games", "show", game.ToString("D")));
        }

        var (compactingDay, compactingAlone) = (new List<ChildRun>(), new List<ChildRun>());
        for (var round = 0; round < Rounds; round++)
        {
            compactingDay.Add(await CompactDayAsync(tables, season.Path, "with the season", round));
            compactingAlone.Add(await CompactDayAsync(alone, none.Path, "alone", round));
        }

        List<ChildRun> verifying = [];
        var (reporting, best) = (new List<ChildRun>(), new List<ChildRun>());
        for (var round = 0; round < Rounds; round++)
        {
            verifying.Add(await DoAsync("verify", season.Path, cancellationToken, "verify"));
            await CompareAsync(reporting, best);
        }

        // Late games: other games of their days are compacted already.
        tables.WriteSingle(single, SingleDays, set: Rounds, cancellationToken);
        Say($"{single:N0} more have files of their own");
        List<ChildRun> verifyingAll = [];
        var (reportingAll, bestAll) = (new List<ChildRun>(), new List<ChildRun>());
        for (var round = 0; round < Rounds; round++)
        {
            verifyingAll.Add(await DoAsync("verify", season.Path, cancellationToken, "verify"));
            await CompareAsync(reportingAll, bestAll);
        }

        // It takes the files away.
        var compacting = await DoAsync("compact", season.Path, cancellationToken, "compact");
        var files = $"and {single:N0} of {SingleDays} days single";
        return Section.Of(
            "Late in a season",
            $"Each command in a process of its own, on a local disk: {games:N0} compacted games of {days} days, in {parts:N0} parts of {bytes / 1024 / 1024:N0} MiB, "
            + $"with 2 to 4 of 200,000 players each; {files} where it says so. In turns, {Rounds} times; the most memory is that of all of them. "
            + "The best query is the fastest found that makes the tables of the report with DuckDB, in as much memory; its answers are the same.",
            ["", "s", "CPU s", "MiB at the peak"],
            [
                Row("games show, a compacted game, without Redis", shown),
                Row($"compact, a day of {DayOfGames:N0} games", compactingDay),
                Row("the same, and no other games", compactingAlone),
                Row("verify", verifying),
                Row($"verify, {files}", verifyingAll),
                Row("report", reporting),
                Row("the best query", best),
                Row($"report, {files}", reportingAll),
                Row($"the best query, {files}", bestAll),
                Row($"compact, {files}", [compacting]),
            ],
            new Target($"MiB of report, {files}", Peak(reportingAll), Most: 1024),
            new Target($"MiB of verify, {files}", Peak(verifyingAll), Most: 1024),
            new Target($"MiB of compact, {files}", Peak([compacting]), Most: 1024),
            new Target("CPU of compact for a day, of that without other games", Cpu(compactingDay) / Cpu(compactingAlone), Most: 1.1),
            new Target("CPU of report, of the best query's", Cpu(reporting) / Cpu(best), Most: 1.15),
            new Target($"The same, {files}", Cpu(reportingAll) / Cpu(bestAll), Most: 1.15),
            new Target("CPU seconds of verify", Cpu(verifying), Most: 35),
            new Target("Seconds of games show", Median.Of(shown, run => run.Seconds), Most: 1));

        async Task CompareAsync(List<ChildRun> reports, List<ChildRun> queries)
        {
            reports.Add(await DoAsync("report", season.Path, cancellationToken, "report", "--format", "json"));
            queries.Add(Told("the best query", await ChildRun.RunAsync(BestQuery.Start(season.Path), cancellationToken)));
            if (reports[^1].Output != queries[^1].Output)
            {
                throw new InvalidOperationException($"The report and the query have different answers:\n{reports[^1].Output}\n{queries[^1].Output}");
            }
        }

        async Task<ChildRun> CompactDayAsync(SeasonTables into, string folder, string how, int round)
        {
            // The season ends with the day before.
            new SeasonTables(folder, yesterday.AddDays(1), Seed).WriteSingle(DayOfGames, days: 1, round, cancellationToken);
            var before = Commits(folder);
            var run = await DoAsync($"compact, a day {how}", folder, cancellationToken, "compact");
            foreach (var commit in Commits(folder).Except(before))
            {
                File.Delete(commit);
            }

            foreach (var table in TableSchema.Compacted)
            {
                Directory.Delete(Path.Combine(folder, table.DeltaFolder, new Tables.Files.Partition(yesterday).Folder), recursive: true);
            }

            return run;
        }
    }

    private static string[] Commits(string folder) =>
        Directory.Exists($"{folder}/superhero/delta") ? Directory.GetFiles($"{folder}/superhero/delta", "*.json", SearchOption.AllDirectories) : [];

    private static async Task<ChildRun> DoAsync(string what, string folder, CancellationToken cancellationToken, params string[] command) => Told(what, await ChildRun.RunAsync(
        SiloProcess.StartInfo(
            typeof(SiloProgram).Assembly.Location,
            new Dictionary<string, string>
            {
                // Nobody listens there.
                ["REDIS_HOST"] = "127.0.0.1",
                ["REDIS_PORT"] = Ports.Free().ToString(CultureInfo.InvariantCulture),
            },
            [.. command, "--output", folder]),
        cancellationToken));

    private static ChildRun Told(string what, ChildRun run)
    {
        Say($"{what}: {run.Seconds:0.00} s, {run.Cpu:0.00} CPU s, {run.PeakMebibytes:0} MiB");
        return run;
    }

    private static double Cpu(IReadOnlyCollection<ChildRun> runs) => Median.Of(runs, run => run.Cpu);

    private static double Peak(IReadOnlyCollection<ChildRun> runs) => runs.Max(run => run.PeakMebibytes);

    private static string[] Row(string name, IReadOnlyCollection<ChildRun> runs) =>
        [name, $"{Median.Of(runs, run => run.Seconds):0.00}", $"{Cpu(runs):0.00}", $"{Peak(runs):0}"];

    private static void Say(FormattableString what) => Console.Error.WriteLine(what.ToString(CultureInfo.InvariantCulture));
}
