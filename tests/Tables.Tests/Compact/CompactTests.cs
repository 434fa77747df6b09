using Microsoft.Extensions.Logging;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Compact;

public sealed class CompactTests : IDisposable
{
    private readonly GameFolder _folder = new();

    private int Games => _folder.Files(TableSchema.Podium).Games.Count;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_games_of_days_that_are_over_are_merged_a_folder_a_day()
    {
        await AddAsync(5, days: 2);
        await AddAsync(3, days: 1);
        await AddAsync(2, days: 0);

        var (problems, said) = await CompactAsync();

        Assert.Equal(0, problems);
        Assert.Equal([$"{Day(2)}: games merged: 5, files removed: 10", $"{Day(1)}: games merged: 3, files removed: 6"], said);
        foreach (var schema in TableSchema.All)
        {
            var table = _folder.Files(schema);
            Assert.Equal(2, table.Games.Count);
            Assert.Equal([$"date={Day(2)}", $"date={Day(1)}"], table.Parts.Select(part => part.Directory!.Name));
            Assert.All(table.Parts, part => Assert.Matches(@"^part-[0-9a-f]{16}\.gz\.parquet$", part.Name));
        }

        _folder.HasEveryRowOnce();
        Assert.Empty(Problems());
    }

    [Fact]
    public async Task A_day_is_over_at_midnight()
    {
        await AddAsync(2, days: 0);
        _folder.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(1));
        Assert.Empty((await CompactAsync()).Said);
        _folder.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal([$"{Day(1)}: games merged: 2, files removed: 4"], (await CompactAsync()).Said);
    }

    [Fact]
    public async Task A_merged_table_is_one_that_Hive_partitions()
    {
        await AddAsync(4, days: 1);
        await CompactAsync();
        Assert.Equal(
            [[Day(1), "8"]],
            DuckDb.Query(
                $"SELECT strftime(date, '%Y-%m-%d'), count(*) FROM read_parquet('{_folder.Path}/superhero/GAME_PODIUM/**/*.parquet', hive_partitioning = true) GROUP BY 1"));
        Assert.Equal(
            ["game_token", "user_token", "rank", "rounds", "damage_received", "damage_sent"],
            DuckDb.Query($"SELECT name FROM parquet_schema('{_folder.Files(TableSchema.Podium).Parts[0].FullName}') WHERE type IS NOT NULL").Select(row => row[0]));
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
    public async Task What_comes_late_to_a_day_is_merged_into_a_part_of_its_own()
    {
        await AddAsync(4, days: 1);
        await CompactAsync();
        await AddAsync(2, days: 1);
        await CompactAsync();
        Assert.Equal(2, _folder.Files(TableSchema.Podium).Parts.Count);
        Assert.Equal(0, Games);
        _folder.HasEveryRowOnce();
        Assert.Empty(Problems());
    }

    [Fact]
    public async Task A_game_whose_files_a_resumed_silo_wrote_again_is_not_merged_twice()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        await _folder.AddAsync(game, days: 0);
        _folder.HasEveryRowOnce();
        Assert.Contains("compact removes what is merged already", Assert.Single(Problems()[..1]), StringComparison.Ordinal);

        await CompactAsync(DateOnly.FromDateTime(_folder.Clock.GetUtcNow().UtcDateTime));

        Assert.Equal(0, Games);
        Assert.Single(_folder.Files(TableSchema.Podium).Parts);
        _folder.HasEveryRowOnce();
        Assert.Empty(Problems());
    }

    [Fact]
    public async Task A_game_that_two_silos_wrote_is_there_once_afterwards()
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync(game, silo: "silo-2");
        await CompactAsync();
        Assert.Equal(0, Games);
        _folder.HasEveryRowOnce();
        Assert.Empty(Problems());
    }

    [Fact]
    public async Task A_game_that_is_merged_with_other_rows_keeps_its_own_files()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        await _folder.AddAsync(game, damage: 91);
        var (problems, said) = await CompactAsync();
        Assert.Equal((1, $"game {game} is in a part already, with other rows; its own files are kept."), (problems, Assert.Single(said)));
        Assert.Single(_folder.Files(TableSchema.Podium).Of(game));
        Assert.Single(_folder.Files(TableSchema.Meta).Of(game));
    }

    [Fact]
    public async Task A_file_with_another_game_than_its_name_says_is_left_alone()
    {
        var (first, second) = (await _folder.AddAsync(), await _folder.AddAsync());
        File.Copy(_folder.FileOf(TableSchema.Podium, first), _folder.FileOf(TableSchema.Podium, second), overwrite: true);
        var (problems, _) = await CompactAsync(DateOnly.FromDateTime(File.GetLastWriteTimeUtc(_folder.FileOf(TableSchema.Podium, second))));
        Assert.Equal(1, problems);
        Assert.Single(_folder.Files(TableSchema.Podium).Of(second));
        Assert.Single(_folder.Files(TableSchema.Meta).Of(second));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named_and_left_with_its_game()
    {
        await AddAsync(2, days: 1);
        var bad = await _folder.AddAsync();
        var path = _folder.FileOf(TableSchema.Meta, bad);
        var time = File.GetLastWriteTimeUtc(path);
        await File.WriteAllBytesAsync(path, [1, 2, 3], TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(path, time);

        var (problems, said) = await CompactAsync();

        Assert.Equal(1, problems);
        Assert.Contains(said, line => line.StartsWith($"{bad}_silo-1.gz.parquet: ", StringComparison.Ordinal));
        Assert.Equal(1, Games);
        Assert.Equal(bad, Assert.Single(_folder.Files(TableSchema.Podium).Games.Select(file => Guid.Parse(file.Name[..36]))));
    }

    [Fact]
    public async Task Wherever_it_dies_a_reader_sees_every_game_once_and_the_next_run_ends_it()
    {
        // Each part is written, flushed and renamed; and each game's files are removed one by one.
        for (var step = 1; step <= 6; step++)
        {
            await AddAsync(3, days: 1);
            var steps = 0;
            using var logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new LogHook((_, _) =>
            {
                if (++steps == step)
                {
                    throw new IOException("It died.");
                }
            })));
            await Assert.ThrowsAnyAsync<Exception>(() => new Compactor(
                LocalTables.Of(_folder.Path, _folder.Store(logs.CreateLogger<LocalOutputStore>())), _folder.Clock, _ => { }).RunAsync(null));
            _folder.HasEveryRowOnce();
            await CompactAsync();
            _folder.HasEveryRowOnce();
            Assert.Equal(0, Games);
            Assert.Empty(Problems());
        }
    }

    [Fact]
    public async Task Whichever_files_were_removed_when_it_died_the_next_run_ends_it()
    {
        await AddAsync(3, days: 1);
        var before = Files();
        await CompactAsync();
        var removed = before.Where(file => !File.Exists(file.Key)).ToList();
        Assert.Equal(6, removed.Count);
        for (var left = 1; left < removed.Count; left++)
        {
            foreach (var (path, (content, time)) in removed.TakeLast(left))
            {
                await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
                File.SetLastWriteTimeUtc(path, time);
            }

            _folder.HasEveryRowOnce();
            await CompactAsync();
            _folder.HasEveryRowOnce();
        }
    }

    [Fact]
    public async Task Only_one_is_at_work_at_a_time()
    {
        await AddAsync(1, days: 1);
        List<Task> second = [];
        await new Compactor(LocalTables.Of(_folder.Path), _folder.Clock, _ => second.Add(CompactAsync())).RunAsync(null);
        var refused = await Assert.ThrowsAsync<IOException>(() => second.Single());
        Assert.Contains("another compact may be at work", refused.Message, StringComparison.Ordinal);
    }

    private string Day(int ago) => $"{_folder.Clock.GetUtcNow().AddDays(-ago):yyyy-MM-dd}";

    private async Task AddAsync(int games, int days)
    {
        for (var i = 0; i < games; i++)
        {
            await _folder.AddAsync(days: days);
        }
    }

    private async Task<(int Problems, List<string> Said)> CompactAsync(DateOnly? day = null)
    {
        List<string> said = [];
        var compactor = new Compactor(LocalTables.Of(_folder.Path), _folder.Clock, said.Add);
        await compactor.RunAsync(day);
        return (compactor.Problems, said);
    }

    private List<string> Problems()
    {
        var verification = new Verification(_folder.Path, (_, _) => { });
        verification.Run();
        return [.. verification.Problems];
    }

    private Dictionary<string, (byte[] Content, DateTime Time)> Files() => TableSchema.All
        .SelectMany(schema => _folder.Files(schema).Games)
        .ToDictionary(file => file.FullName, file => (File.ReadAllBytes(file.FullName), file.LastWriteTimeUtc));

    private List<(string, DateTime)> Snapshot() =>
        [.. new DirectoryInfo(_folder.Path).EnumerateFiles("*.parquet", SearchOption.AllDirectories).Select(file => (file.FullName, file.LastWriteTimeUtc)).Order()];
}
