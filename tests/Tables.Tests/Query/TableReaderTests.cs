using Superhero.Tables.Files;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Tables.Report;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Query;

public sealed class TableReaderTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q*")]
    [InlineData("[1]")]
    [InlineData("a\\b")]
    [InlineData("what?")]
    [InlineData("it's")]
    [InlineData("date=2020-01-01")]
    public async Task Folder_names_with_special_characters_are_read_literally(string name)
    {
        var folder = Path.Combine(_folder.Path, name);
        foreach (var sibling in (string[])[name, "qq", "1", "aXb", "whatX", "a"])
        {
            await CopyGameAsync(Path.Combine(_folder.Path, sibling));
        }

        await CompactAsync(folder);
        await CopyGameAsync(folder);
        var report = await ReportAsync(folder, Period.Always);
        Assert.Equal((2, 2), ((int)report.Totals.Games, report.Days.Count == 1 ? (int)report.Days[0].Games : 0));
        Assert.Equal(new DateOnly(2025, 5, 3), report.Days[0].Date);
        Assert.Empty(new DirectoryInfo(folder).EnumerateDirectories("query-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Reader_sees_each_game_once_with_session_and_heroes_whether_it_is_compacted_or_not()
    {
        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, "Storm", 10, 100)], TimeProvider.System);
        var (compacted, both, own) = (await _folder.AddAsync(days: 3), await _folder.AddAsync(days: 3), Guid.NewGuid());
        await CompactAsync(_folder.Path);
        await _folder.AddAsync(both, days: 3);
        await _folder.AddAsync(own, days: 2);
        using var tables = await TableReader.OpenAsync(_folder.Store(), Period.Always, TestContext.Current.CancellationToken);
        Assert.Equal(
            new[] { (compacted, "2025-05-01"), (both, "2025-05-01"), (own, "2025-05-02") }.Select(game => $"{game.Item1} {game.Item2} 2025 2 7 silo-1").Order(),
            tables.Query(
                "SELECT concat_ws(' ', game_token, date, year(ended_at), participants, attacks, silo) FROM GAME_SESSION", row => row.GetString(0)).Order());
        Assert.Equal(["Storm 3"], tables.Query("SELECT name || ' ' || count(*) FROM GAME_META JOIN SUPERHERO USING (superhero_id) GROUP BY name", row => row.GetString(0)));
    }

    [Fact]
    public async Task Reader_sees_each_game_once_at_every_step_of_a_compaction()
    {
        var happened = true;
        for (var look = 1; happened; look++)
        {
            using var folder = new GameFolder();
            var first = await folder.AddAsync();
            await CompactAsync(folder.Path);
            await folder.AddAsync(first);
            await folder.AddAsync();
            await folder.AddAsync(days: 2);
            var store = new ReadHookStore(folder.Store(), look, () => CompactAsync(folder.Path));
            using var tables = await TableReader.OpenAsync(store, Period.Always, TestContext.Current.CancellationToken);
            Assert.Equal(
                folder.Rows.Select(row => $"{row.Game} {row.User} {row.Rank} {row.Hero}").Order(),
                tables.Query(
                    "SELECT concat_ws(' ', game_token, user_token, rank, superhero_id) FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token) JOIN GAME_SESSION USING (game_token)",
                    row => row.GetString(0)).Order());
            happened = store.Happened;
        }
    }

    [Fact]
    public async Task Verification_finds_no_problem_at_any_step_of_a_compaction()
    {
        var happened = true;
        for (var look = 1; happened; look++)
        {
            using var folder = new GameFolder();
            await folder.AddAsync();
            await folder.AddAsync(days: 2);
            var store = new ReadHookStore(folder.Store(), look, () => CompactAsync(folder.Path));
            List<string> problems = [];
            var verification = new Verification(store, problems.Add, _ => { });
            await verification.RunAsync(TestContext.Current.CancellationToken);
            Assert.Equal((2, 0), (verification.Games, problems.Count));
            happened = store.Happened;
        }
    }

    [Fact]
    public async Task Report_of_a_period_has_only_the_games_that_ended_in_it()
    {
        foreach (var days in (int[])[4, 3, 3, 2, 1])
        {
            await _folder.AddAsync(days: days);
        }

        await Compaction.RunAsync(_folder.Store(), Period.Before(_folder.Clock.GetUtcNow().AddDays(-2)));
        var report = await ReportAsync(_folder.Path, new Period(Period.StartOf(new DateOnly(2025, 5, 1)), Period.EndOf(new DateOnly(2025, 5, 2))));
        Assert.Equal([(new DateOnly(2025, 5, 1), 2), (new DateOnly(2025, 5, 2), 1)], report.Days.Select(day => (day.Date!.Value, (int)day.Games)));
        Assert.Equal((3, 6), ((int)report.Totals.Games, (int)report.Totals.Participations));
        Assert.Equal(3, report.Heroes[0].Wins);
        Assert.Equal(0, (await ReportAsync(_folder.Path, Period.Of(new DateOnly(2024, 1, 1)))).Totals.Games);
    }

    [Fact]
    public async Task Report_excludes_and_names_a_game_with_a_damaged_file()
    {
        var damaged = await _folder.AddAsync();
        await _folder.AddAsync();
        var path = _folder.FileOf(TableSchema.Podium, damaged);
        var content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);

        // In the midst of a page, where it makes other digits of a token.
        content[60] ^= 0x01;
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        List<string> leftOut = [];
        var report = await GamesReport.ReadAsync(_folder.Store(), Period.Always, 10, leftOut.Add, TestContext.Current.CancellationToken);
        Assert.Equal(1, report.Totals.Games);
        Assert.StartsWith($"superhero/GAME_PODIUM/{damaged}_silo-1.gz.parquet: it can't be read as Parquet", Assert.Single(leftOut), StringComparison.Ordinal);
    }

    private static Task<GamesReport> ReportAsync(string folder, Period period) =>
        GamesReport.ReadAsync(LocalOutputStore.Open(folder), period, 10, _ => { }, TestContext.Current.CancellationToken);

    private static async Task CompactAsync(string folder) =>
        await Compaction.RunAsync(LocalOutputStore.Open(folder));

    private async Task CopyGameAsync(string folder)
    {
        var game = await _folder.AddAsync();
        foreach (var table in TableSchema.OfGames)
        {
            var from = _folder.FileOf(table, game);
            Directory.CreateDirectory(Path.Combine(folder, table.Folder));
            File.Move(from, Path.Combine(folder, table.Folder, Path.GetFileName(from)));
        }
    }
}
