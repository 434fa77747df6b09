using System.Globalization;
using Superhero.Tables.Files;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Tables.Rows;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Compact;

public sealed class CompactTests : IDisposable
{
    private readonly GameFolder _folder = new();

    private int Games => _folder.Games(TableSchema.Podium).Count;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Games_of_days_that_are_over_become_a_part_a_day()
    {
        await AddAsync(5, days: 2);
        await AddAsync(3, days: 1);
        await AddAsync(2, days: 0);

        var (problems, said) = await CompactAsync();

        Assert.Equal(0, problems);
        Assert.Equal([$"{Day(2)}: games compacted: 5, files removed: 10", $"{Day(1)}: games compacted: 3, files removed: 6"], said);
        Assert.All(TableSchema.OfGames, table => Assert.Equal(2, _folder.Games(table).Count));
        foreach (var table in TableSchema.Compacted)
        {
            Assert.Equal([$"date={Day(2)}", $"date={Day(1)}"], _folder.Parts(table).Select(part => part.Directory!.Name));
            Assert.All(_folder.Parts(table), part => Assert.Matches("^part-[0-9a-f-]{36}[.]gz[.]parquet$", part.Name));
        }

        await _folder.HasEveryRowOnceAsync();
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task A_day_is_over_at_midnight()
    {
        await AddAsync(2, days: 0);
        _folder.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(1));
        Assert.Empty((await CompactAsync()).Said);
        _folder.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([$"{Day(1)}: games compacted: 2, files removed: 4"], (await CompactAsync()).Said);
    }

    [Fact]
    public async Task Folders_of_a_table_are_Hive_partitions()
    {
        await AddAsync(4, days: 1);
        await CompactAsync();
        Assert.Equal(
            [[Day(1), "8"]],
            DuckDb.Query(
                $"SELECT strftime(date, '%Y-%m-%d'), count(*) FROM read_parquet('{_folder.Path}/superhero/delta/GAME_PODIUM/date=*/*.parquet', hive_partitioning = true) GROUP BY 1"));
        Assert.Equal(
            ["game_token", "user_token", "rank", "rounds", "damage_received", "damage_sent"],
            DuckDb.Query($"SELECT name FROM parquet_schema('{_folder.Parts(TableSchema.Podium)[0].FullName}') WHERE type IS NOT NULL").Select(row => row[0]));
    }

    [Fact]
    public async Task Done_again_it_changes_nothing()
    {
        await AddAsync(4, days: 1);
        await CompactAsync();
        var before = Snapshot();
        var (problems, said) = await CompactAsync();
        Assert.Equal(0, problems);
        Assert.Empty(said);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task Late_games_of_a_day_are_combined_with_the_others()
    {
        await AddAsync(4, days: 1);
        await CompactAsync();
        await AddAsync(2, days: 1);
        await CompactAsync();
        Assert.Single(await Compaction.PartsAsync(_folder.Store(), TableSchema.CompactedPodium));
        Assert.Equal(0, Games);
        await _folder.HasEveryRowOnceAsync();
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task Files_that_are_written_again_after_compaction_are_removed_by_the_next_pass()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        await _folder.AddAsync(game);
        await _folder.HasEveryRowOnceAsync();
        Assert.Empty(await ProblemsAsync());

        await CompactAsync();

        Assert.Equal(0, Games);
        Assert.Single(_folder.Parts(TableSchema.Podium));
        await _folder.HasEveryRowOnceAsync();
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task A_game_that_two_silos_wrote_is_there_once_afterwards()
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync(game, silo: "silo-2");
        await CompactAsync();
        Assert.Equal(0, Games);
        await _folder.HasEveryRowOnceAsync();
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task Game_that_is_compacted_with_other_rows_keeps_its_own_files()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        await _folder.AddAsync(game, damage: 91);
        var (problems, said) = await CompactAsync();
        Assert.Equal((1, true), (problems, Assert.Single(said).EndsWith(" already, with other rows; its own files are kept.", StringComparison.Ordinal)));
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Podium, game)));
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Meta, game)));
    }

    [Fact]
    public async Task A_file_with_another_game_than_its_name_says_is_left_alone()
    {
        var (first, second) = (await _folder.AddAsync(), await _folder.AddAsync());
        File.Copy(_folder.FileOf(TableSchema.Podium, first), _folder.FileOf(TableSchema.Podium, second), overwrite: true);
        var (problems, _) = await CompactAsync();
        Assert.Equal(1, problems);
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Podium, second)));
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Meta, second)));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named_and_left_with_its_game()
    {
        await AddAsync(2, days: 1);
        var bad = await _folder.AddAsync();
        var path = _folder.FileOf(TableSchema.Meta, bad);
        await File.WriteAllBytesAsync(path, [1, 2, 3], TestContext.Current.CancellationToken);

        var (problems, said) = await CompactAsync();

        Assert.Equal(1, problems);
        Assert.Contains(said, line => line.StartsWith($"superhero/GAME_META/{bad}_silo-1.gz.parquet: ", StringComparison.Ordinal));
        Assert.Equal(1, Games);
        Assert.Equal(bad, Assert.Single(_folder.Games(TableSchema.Podium).Select(file => Guid.Parse(file.Name[..36]))));
    }

    [Fact]
    public async Task Wherever_it_dies_a_reader_sees_every_game_once_and_the_next_run_ends_it()
    {
        var alive = false;
        for (var step = 1; !alive; step++)
        {
            await AddAsync(3, days: 1);
            await AddAsync(1, days: 2);
            var store = new DyingStore(_folder.Store(), step);
            try
            {
                await Compaction.RunAsync(store, BeforeToday, _folder.Clock);
            }
            catch (IOException) when (store.IsDead)
            {
            }

            alive = !store.IsDead;
            await _folder.HasEveryRowOnceAsync();

            // What comes meanwhile makes the next part another one.
            await AddAsync(1, days: 1);
            Assert.Equal(0, (await CompactAsync()).Problems);
            await _folder.HasEveryRowOnceAsync();
            Assert.Equal((0, 0), (Games, _folder.Games(TableSchema.Meta).Count));
            Assert.Empty(await ProblemsAsync());
        }
    }

    [Theory]
    [InlineData("GAME_META")]
    [InlineData("GAME_PODIUM")]
    public async Task File_that_is_left_of_a_compacted_game_is_removed(string name)
    {
        var table = TableSchema.OfGames.Single(one => one.Name == name);
        await AddAsync(2, days: 1);
        var orphan = await _folder.AddAsync();
        var path = _folder.FileOf(table, orphan);
        var content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await CompactAsync();
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        await _folder.HasEveryRowOnceAsync();

        Assert.Equal((0, $"{Day(1)}: games compacted: 1, files removed: 1"), await CompactAsync() is var (problems, said) ? (problems, Assert.Single(said)) : default);
        Assert.False(File.Exists(path));
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task A_game_of_which_one_file_is_there_is_left_alone()
    {
        var (coming, broken) = (await _folder.AddAsync(), await _folder.AddAsync());
        File.Delete(_folder.FileOf(TableSchema.Podium, coming));
        File.Delete(_folder.FileOf(TableSchema.Meta, broken));
        var (problems, said) = await CompactAsync();
        Assert.Equal((1, $"superhero/GAME_PODIUM/{broken}_silo-1.gz.parquet: the game is not in GAME_META; it is left as it is."), (problems, Assert.Single(said)));
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Meta, coming)));
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Podium, broken)));
    }

    [Fact]
    public async Task A_damaged_part_holds_up_its_own_day_alone()
    {
        await AddAsync(2, days: 2);
        await CompactAsync();
        var part = _folder.Parts(TableSchema.Meta)[0];
        await File.WriteAllBytesAsync(part.FullName, [1, 2, 3], TestContext.Current.CancellationToken);
        await AddAsync(3, days: 2);
        await AddAsync(2, days: 1);
        var (problems, said) = await CompactAsync();
        Assert.Equal(1, problems);
        Assert.Contains($"{Day(1)}: games compacted: 2, files removed: 4", said);
        Assert.Contains(said, line => line.StartsWith($"superhero/delta/GAME_META/date={Day(2)}/{part.Name}: it can't be read", StringComparison.Ordinal)
            && line.EndsWith($"the games of {Day(2)} are left as they are.", StringComparison.Ordinal));
        Assert.Equal(3, Games);
    }

    [Fact]
    public async Task Games_that_end_in_the_future_are_said_to_wait()
    {
        await AddAsync(2, days: -3);
        await AddAsync(1, days: 0);
        Assert.Equal([$"{Day(-3)}: games that end in the future: 2; they are compacted once that day is over."], (await CompactAsync()).Said);
        Assert.Equal([$"{Day(-3)}: games compacted: 2, files removed: 4"], (await CompactAsync(DateOnly.ParseExact(Day(-3), "yyyy-MM-dd", CultureInfo.InvariantCulture))).Said);
    }

    [Fact]
    public async Task A_copy_that_changes_the_files_times_changes_no_game_s_day()
    {
        await AddAsync(2, days: 5);
        foreach (var file in TableSchema.OfGames.SelectMany(_folder.Games))
        {
            file.LastWriteTimeUtc = DateTime.UtcNow;
        }

        Assert.Equal([$"{Day(5)}: games compacted: 2, files removed: 4"], (await CompactAsync()).Said);
    }

    [Fact]
    public async Task Compacted_game_has_its_session()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        Assert.Equal(
            [[$"{game}", "2025-05-03 11:57:00", "2025-05-03 12:00:00", "2", "7", "silo-1", "2025-05-03 12:00:01"]],
            DuckDb.Query(
                $"""
                SELECT game_token, strftime(started_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S'), strftime(ended_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S'),
                participants, attacks, silo, strftime(claimed_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S')
                FROM read_parquet('{_folder.Parts(TableSchema.Session)[0].FullName}')
                """));
        Assert.Equal(
            ["UTF8", "TIMESTAMP_MICROS", "TIMESTAMP_MICROS", "INT_32", "INT_64", "UTF8", "TIMESTAMP_MICROS"],
            DuckDb.Query($"SELECT converted_type FROM parquet_schema('{_folder.Parts(TableSchema.Session)[0].FullName}') WHERE type IS NOT NULL").Select(row => row[0]));
    }

    [Fact]
    public async Task Parts_are_sorted_by_token_with_its_range_noted()
    {
        await AddAsync(50, days: 1);
        await CompactAsync();
        foreach (var part in TableSchema.Compacted.Select(table => _folder.Parts(table)[0].FullName))
        {
            var tokens = DuckDb.Query($"SELECT game_token FROM read_parquet('{part}')").Select(row => row[0]).ToList();
            Assert.Equal(tokens.Order(StringComparer.Ordinal), tokens);
            Assert.Equal(
                [[tokens[0], tokens[^1]]], DuckDb.Query($"SELECT stats_min_value, stats_max_value FROM parquet_metadata('{part}') WHERE path_in_schema = 'game_token'"));
        }
    }

    [Fact]
    public async Task A_game_of_a_later_release_is_left_as_it_is()
    {
        var (game, later) = (await _folder.AddAsync(), await _folder.AddAsync());
        var path = _folder.FileOf(TableSchema.Meta, later);
        DuckDb.Query(
            $"COPY (SELECT *, 'cape' AS costume FROM read_parquet('{path}')) TO '{path}.new' (FORMAT parquet, COMPRESSION gzip, KV_METADATA {{silo: 'silo-1', ended_at: '2025-05-03T12:00:00Z'}})");
        File.Move($"{path}.new", path, overwrite: true);
        var (problems, said) = await CompactAsync();
        Assert.Equal(1, Games);
        Assert.Contains("Games of a later release, with columns that this one does not know: 1; they are left as they are.", said);
    }

    [Fact]
    public async Task Games_of_releases_without_times_are_compacted_without_a_day()
    {
        var game = Guid.NewGuid();
        foreach (var (table, file) in new[] { (TableSchema.Meta, GameParquet.Meta(GameFolder.TablesOf(game), Origin)), (TableSchema.Podium, GameParquet.Podium(GameFolder.TablesOf(game), Origin)) })
        {
            using var read = ParquetFile.Open(table, file);
            await _folder.Store().WriteAsync(
                new GameFile(game, "silo-1").PathIn(table), ParquetBytes.OfGame(table, new Dictionary<string, string> { ["silo"] = "silo-1" }, read.Read()));
        }

        var (_, said) = await CompactAsync();
        Assert.Equal("__HIVE_DEFAULT_PARTITION__: games compacted: 1, files removed: 2", Assert.Single(said));
        Assert.Empty(await ProblemsAsync());
        using var reader = await TableReader.OpenAsync(_folder.Store(), Period.Always, TestContext.Current.CancellationToken);
        Assert.Equal([true], reader.Query("SELECT ended_at IS NULL AND date IS NULL FROM GAME_SESSION", row => row.GetBoolean(0)));
    }

    private Period BeforeToday => Period.Before(new DateTimeOffset(_folder.Clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero));

    private static GameOrigin Origin => new("silo-1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private string Day(int ago) => $"{_folder.Clock.GetUtcNow().AddDays(-ago):yyyy-MM-dd}";

    private async Task AddAsync(int games, int days)
    {
        for (var i = 0; i < games; i++)
        {
            await _folder.AddAsync(days: days);
        }
    }

    private Task<(int Problems, List<string> Said)> CompactAsync(DateOnly? day = null) =>
        Compaction.RunAsync(_folder.Store(), day is { } one ? Period.Of(one) : BeforeToday, _folder.Clock);

    private async Task<List<string>> ProblemsAsync()
    {
        List<string> problems = [];
        await new Verification(_folder.Store(), problems.Add, _ => { }).RunAsync(TestContext.Current.CancellationToken);
        return problems;
    }

    private List<(string, DateTime)> Snapshot() =>
        [.. new DirectoryInfo(_folder.Path).EnumerateFiles("*.parquet", SearchOption.AllDirectories).Select(file => (file.FullName, file.LastWriteTimeUtc)).Order()];
}
