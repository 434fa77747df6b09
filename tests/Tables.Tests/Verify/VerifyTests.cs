using Superhero.Tables.Parquet;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Verify;

public sealed class VerifyTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verification_finds_no_problem_in_single_games()
    {
        await _folder.AddAsync();
        await _folder.AddAsync();
        Assert.Equal((2, 4), await CountAsync());
    }

    [Fact]
    public async Task Verification_finds_no_problem_in_compacted_games()
    {
        await _folder.AddAsync();
        await _folder.AddAsync(days: 2);
        await CompactAsync();
        await _folder.AddAsync(days: 2);
        Assert.Equal((3, 8), await CountAsync());
    }

    [Fact]
    public async Task Damaged_part_is_one_problem_and_other_days_are_verified()
    {
        for (var i = 0; i < 20; i++)
        {
            await _folder.AddAsync(days: 2);
        }

        await _folder.AddAsync(days: 1);
        await CompactAsync();
        var parts = _folder.Parts(TableSchema.Meta);
        await FlipAsync(parts[0].FullName);
        var problems = await ProblemsAsync();
        Assert.Contains(problems, line => line.StartsWith($"superhero/delta/GAME_META/date=2025-05-02/{parts[0].Name}: it can't be read as Parquet", StringComparison.Ordinal));
        Assert.Single(problems);
    }

    [Fact]
    public async Task Missing_part_is_one_problem()
    {
        await _folder.AddAsync();
        await CompactAsync();
        foreach (var table in TableSchema.Compacted)
        {
            var part = _folder.Parts(table)[0];
            var content = await File.ReadAllBytesAsync(part.FullName, TestContext.Current.CancellationToken);
            part.Delete();
            Assert.Equal($"{table.DeltaFolder}date=2025-05-03/{part.Name}: the log names it, and it is not there.", Assert.Single(await ProblemsAsync()));
            await File.WriteAllBytesAsync(part.FullName, content, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Part_with_other_rows_than_its_statistics_is_a_problem()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        var part = _folder.Parts(TableSchema.Session)[0].FullName;
        var ended = Time.Of(_folder.Clock.GetUtcNow().AddDays(-1));
        await File.WriteAllBytesAsync(
            part,
            PartParquet.Create(TableSchema.Session, [new TableRows(
                TableSchema.Session, new[] { $"{game}" }, new[] { ended }, new[] { ended }, new[] { 3 }, new[] { 7L }, new[] { "silo-1" }, new[] { ended })]),
            TestContext.Current.CancellationToken);
        var problems = await ProblemsAsync();
        Assert.Contains(problems, line => line.Contains($"game {game} has other participants or attacks in GAME_SESSION than in GAME_PODIUM", StringComparison.Ordinal));
        Assert.Contains(problems, line => line.Contains("its rows are not those of which the log has the statistics", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damaged_log_is_named()
    {
        await _folder.AddAsync();
        await CompactAsync();
        var commit = Path.Combine(_folder.Path, TableSchema.Session.DeltaFolder, "_delta_log", "00000000000000000000.json");
        await File.WriteAllTextAsync(commit, "{", TestContext.Current.CancellationToken);
        Assert.Contains(await ProblemsAsync(), line => line.StartsWith($"{TableSchema.Session.DeltaFolder}_delta_log/00000000000000000000.json: it is no commit of a Delta table", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Single_game_with_other_rows_than_its_part_is_named()
    {
        var game = await _folder.AddAsync();
        await CompactAsync();
        await _folder.AddAsync(game);
        Assert.Empty(await ProblemsAsync());
        File.Delete(_folder.FileOf(TableSchema.Podium, game));
        await _folder.AddAsync(game, damage: 91);
        Assert.EndsWith($"game {game} is in the Delta tables with other rows.", Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_with_an_unknown_name_is_a_problem()
    {
        File.Copy(_folder.FileOf(TableSchema.Meta, await _folder.AddAsync()), Path.Combine(_folder.Path, TableSchema.Meta.Folder, "mine.gz.parquet"));
        Assert.Equal("superhero/GAME_META/mine.gz.parquet: its name is not that of a game's file.", Assert.Single(await ProblemsAsync()));
    }

    [Fact]
    public async Task Damaged_file_is_a_problem()
    {
        var path = _folder.FileOf(TableSchema.Podium, await _folder.AddAsync());
        await File.WriteAllTextAsync(path, "not Parquet", TestContext.Current.CancellationToken);
        Assert.Contains(await ProblemsAsync(), line => line.StartsWith("superhero/GAME_PODIUM/", StringComparison.Ordinal) && line.Contains("can't be read as Parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task File_with_the_schema_of_another_table_is_a_problem()
    {
        var game = await _folder.AddAsync();
        File.Copy(_folder.FileOf(TableSchema.Meta, game), _folder.FileOf(TableSchema.Podium, game), overwrite: true);
        Assert.Contains(await ProblemsAsync(), line => line.Contains("its schema is not that of GAME_PODIUM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Game_with_files_of_two_silos_is_a_problem()
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync(game, silo: "silo-2");
        Assert.EndsWith($"game {game} also has files of silo silo-1.", Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GAME_META")]
    [InlineData("GAME_PODIUM")]
    public async Task Game_that_is_missing_in_a_table_is_a_problem(string table)
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync();
        File.Delete(_folder.FileOf(TableSchema.OfGames.Single(schema => schema.Name == table), game));
        Assert.EndsWith($"game {game} is not in {table}.", Assert.Single(await ProblemsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_with_another_game_than_its_name_is_a_problem()
    {
        var (first, second) = (await _folder.AddAsync(), await _folder.AddAsync());
        foreach (var schema in TableSchema.OfGames)
        {
            File.Move(_folder.FileOf(schema, first), _folder.FileOf(schema, second), overwrite: true);
        }

        Assert.Equal(2, (await ProblemsAsync()).Count(line => line.Contains("another game than its name says", StringComparison.Ordinal)));
    }

    private async Task CompactAsync() => await Compaction.RunAsync(_folder.Store());

    private async Task<(int Games, int Files)> CountAsync()
    {
        List<string> problems = [];
        var verification = new Verification(_folder.Store(), problems.Add, _ => { });
        await verification.RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(problems);
        return (verification.Games, verification.Files);
    }

    private async Task<IReadOnlyList<string>> ProblemsAsync()
    {
        List<string> problems = [];
        await new Verification(_folder.Store(), problems.Add, _ => { }).RunAsync(TestContext.Current.CancellationToken);
        return problems;
    }

    // In the midst of a column.
    private static async Task FlipAsync(string path)
    {
        var content = await File.ReadAllBytesAsync(path);
        content[content.Length / 4] ^= 0x10;
        await File.WriteAllBytesAsync(path, content);
    }
}
