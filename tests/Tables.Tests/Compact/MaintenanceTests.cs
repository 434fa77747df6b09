using Superhero.Tables.Compact;
using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Tables.Rows;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Compact;

public sealed class MaintenanceTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2026, 5, 4);

    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Parts_of_a_day_are_combined_as_they_fit()
    {
        var snapshot = SnapshotOf((1, 400), (1, 500), (1, 100), (1, 900), (2, 10), (0, 1), (0, 1));
        Assert.Equal([100L, 400L, 500L], Combinable(snapshot, ago: 1));
        Assert.Equal([10L], Combinable(snapshot, ago: 2));
        Assert.Equal([1L, 1L], Combinable(snapshot, ago: 0));
        Assert.Equal([600L], Combinable(SnapshotOf((1, 600), (1, 600)), ago: 1));

        static IEnumerable<long> Combinable(Snapshot snapshot, int ago) =>
            Maintenance.Combinable(snapshot, new Partition(Today.AddDays(-ago)), maxRows: 1000).Select(file => file.Rows);
    }

    [Fact]
    public void Parts_that_are_replaced_or_that_no_commit_names_are_removed_in_time()
    {
        var maintenance = new Maintenance(_folder.Store(), TimeSpan.FromHours(2), _ => { }, _ => { }, TimeProvider.System);
        var (old, young, named, replaced) = (PartName.Create(Now.AddHours(-25)), PartName.Create(Now.AddHours(-23)), PartName.Create(Now.AddDays(-9)), PartName.Create(Now.AddDays(-8)));
        var snapshot = new Snapshot();
        snapshot.Apply(0, [
            new() { Add = new AddedFile(named, new Dictionary<string, string?>(), 1, 0, true) },
            new() { Remove = new RemovedFile(replaced, Now.AddHours(-1).ToUnixTimeMilliseconds(), false) },
        ]);
        string[] parts = [old, young, named, replaced];
        Assert.Equal([old], maintenance.Removable(parts, snapshot, Now));
        Assert.Equal([old, young, replaced], maintenance.Removable(parts, snapshot, Now.AddHours(2)));
    }

    [Fact]
    public void Name_of_a_part_tells_when_it_was_written_and_names_of_others_do_not()
    {
        Assert.Equal(Now, PartName.TimeOf("date=2026-05-04/" + PartName.Create(Now)));
        Assert.All(
            new[] { "part-00000-3935a07c-416b-4344-ad97-2a38342ee2fc.c000.snappy.parquet", "._" + PartName.Create(Now), $"part-{Guid.NewGuid()}.gz.parquet", "part-.gz.parquet" },
            name => Assert.Null(PartName.TimeOf(name)));
    }

    [Fact]
    public async Task Many_small_parts_of_a_day_become_one_and_are_removed_after_the_retention()
    {
        for (var i = 0; i < 44; i++)
        {
            await _folder.AddAsync(days: 0);
            await new Compactor(_folder.Store(), Compaction.Retention, _ => { }, _ => { }, _folder.Clock).RunAsync(Period.Always, maintain: false, TestContext.Current.CancellationToken);
        }

        Assert.All(TableSchema.Compacted, table => Assert.Equal(44, _folder.Parts(table).Count));
        _folder.Clock.Advance(TimeSpan.FromDays(1));
        await Compaction.RunAsync(_folder.Store(), clock: _folder.Clock);
        foreach (var table in TableSchema.Compacted)
        {
            Assert.Single(await Compaction.PartsAsync(_folder.Store(), table));
            Assert.Equal(45, _folder.Parts(table).Count);
        }

        await _folder.HasEveryRowOnceAsync();
        _folder.Clock.Advance(TimeSpan.FromHours(25));
        await Compaction.RunAsync(_folder.Store(), clock: _folder.Clock);
        Assert.All(TableSchema.Compacted, table => Assert.Single(_folder.Parts(table)));
        await _folder.HasEveryRowOnceAsync();
        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task Files_that_the_log_does_not_name_are_no_part_of_the_tables_and_no_problem()
    {
        await _folder.AddAsync();
        await Compaction.RunAsync(_folder.Store(), clock: _folder.Clock);
        var part = _folder.Parts(TableSchema.CompactedPodium)[0];
        foreach (var name in (string[])["._" + part.Name, "part-x.gz.parquet", PartName.Create(_folder.Clock.GetUtcNow())])
        {
            await File.WriteAllTextAsync(Path.Combine(part.DirectoryName!, name), "not Parquet", TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "superhero", "GAME_META", $"._{Guid.NewGuid()}_silo-1.gz.parquet"), "", TestContext.Current.CancellationToken);
        await _folder.AddAsync();
        Assert.Equal(0, (await Compaction.RunAsync(_folder.Store(), clock: _folder.Clock)).Problems);
        await _folder.HasEveryRowOnceAsync();
        List<string> problems = [];
        var verification = new Verification(_folder.Store(), problems.Add, _ => { });
        await verification.RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(problems);

        // The first part was combined with the second one, which is two of each table.
        Assert.Equal(7, verification.Unreferenced);
    }

    [Fact]
    public async Task Parts_of_release_0_2_0_are_read_and_imported_once_game_by_game()
    {
        var (alone, both) = (Guid.NewGuid(), await _folder.AddAsync(days: 3));
        await Compaction.RunAsync(_folder.Store(), clock: _folder.Clock);
        List<GameTables> games = [.. new[] { alone, both }.OrderBy(game => $"{game}", StringComparer.Ordinal).Select(game => GameFolder.TablesOf(game))];
        _folder.Rows.AddRange([new($"{alone}", $"{alone}-winner", 1, 4, 10, 90, 3), new($"{alone}", $"{alone}-loser", 2, 3, 90, 10, 7)]);
        foreach (var (table, files) in new[] { (TableSchema.Meta, games.Select(game => GameParquet.Meta(game, Origin))), (TableSchema.Podium, games.Select(game => GameParquet.Podium(game, Origin))) })
        {
            var rows = files.Select(content =>
            {
                using var file = ParquetFile.Open(table, content);
                return file.Read();
            });
            await _folder.Store().WriteAsync(
                $"{table.Folder}date=2025-05-02/part-0123456789abcdef.gz.parquet", ParquetBytes.OfPart(table, new Dictionary<string, string> { ["games"] = "2" }, [TableRows.Concatenate(table, [.. rows])]));
        }

        Assert.Empty(await ProblemsAsync());
        using (var tables = await TableReader.OpenAsync(_folder.Store(), Period.Always, TestContext.Current.CancellationToken))
        {
            Assert.Equal(1, tables.Query($"SELECT count(*) FROM GAME_SESSION WHERE game_token = '{alone}'", row => (int)row.GetInt64(0))[0]);
        }

        var (problems, said) = await Compaction.RunAsync(_folder.Store(), clock: _folder.Clock);
        Assert.True(problems == 0, string.Join('\n', said));
        Assert.Contains("2025-05-02: parts of release 0.2.0 imported and removed: 2", said);
        Assert.Empty(await new LegacyParts(_folder.Store()).ListAsync());
        using (var tables = await TableReader.OpenAsync(_folder.Store(), Period.Always, TestContext.Current.CancellationToken))
        {
            Assert.Equal(
                [$"{alone} 2025-05-02 true 2 7"],
                tables.Query($"SELECT concat_ws(' ', game_token, date, ended_at IS NULL, participants, attacks) FROM GAME_SESSION WHERE game_token = '{alone}'", row => row.GetString(0)));
        }
    }

    private static GameOrigin Origin => new("silo-1", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static Snapshot SnapshotOf(params (int Ago, int Rows)[] parts)
    {
        var snapshot = new Snapshot();
        snapshot.Apply(0, parts.Select((part, i) => new DeltaAction
        {
            Add = new AddedFile($"{i}", new Dictionary<string, string?> { ["date"] = new Partition(Today.AddDays(-part.Ago)).Value }, 1, 0, true, $$"""{"numRecords":{{part.Rows}}}"""),
        }));
        return snapshot;
    }

    private async Task<List<string>> ProblemsAsync()
    {
        List<string> problems = [];
        await new Verification(_folder.Store(), problems.Add, _ => { }).RunAsync(TestContext.Current.CancellationToken);
        return problems;
    }
}
