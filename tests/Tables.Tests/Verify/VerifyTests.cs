using Superhero.Tables.Parquet;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Verify;

public sealed class VerifyTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_wrong_with_what_silos_write()
    {
        await _folder.AddAsync();
        await _folder.AddAsync();
        var verification = new Verification(_folder.Path, (_, _) => { });
        verification.Run();
        Assert.Empty(verification.Problems);
        Assert.Equal((2, 4), (verification.Games, verification.Files));
    }

    [Fact]
    public async Task A_damaged_file_is_named()
    {
        var path = _folder.FileOf(TableSchema.Podium, await _folder.AddAsync());
        await File.WriteAllTextAsync(path, "not Parquet", TestContext.Current.CancellationToken);
        Assert.Contains(Problems(), line => line.StartsWith("superhero/GAME_PODIUM/", StringComparison.Ordinal) && line.Contains("can't be read as Parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_schema_is_named()
    {
        var game = await _folder.AddAsync();
        File.Copy(_folder.FileOf(TableSchema.Meta, game), _folder.FileOf(TableSchema.Podium, game), overwrite: true);
        Assert.Contains(Problems(), line => line.Contains("its schema is not that of GAME_PODIUM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_game_that_is_twice_in_a_table_is_named()
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync(game, silo: "silo-2");
        Assert.Equal(2, Problems().Count(line => line.Contains($"game {game} is also in", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("GAME_META")]
    [InlineData("GAME_PODIUM")]
    public async Task A_game_that_is_missing_in_a_table_is_named(string table)
    {
        var game = await _folder.AddAsync();
        await _folder.AddAsync();
        File.Delete(_folder.FileOf(TableSchema.All.Single(schema => schema.Name == table), game));
        Assert.EndsWith($"game {game} is not in {table}.", Assert.Single(Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_another_game_than_its_name_says_is_named()
    {
        var (first, second) = (await _folder.AddAsync(), await _folder.AddAsync());
        foreach (var schema in TableSchema.All)
        {
            File.Move(_folder.FileOf(schema, first), _folder.FileOf(schema, second), overwrite: true);
        }

        Assert.Equal(2, Problems().Count(line => line.Contains("another game than its name says", StringComparison.Ordinal)));
    }

    private IReadOnlyList<string> Problems()
    {
        var verification = new Verification(_folder.Path, (_, _) => { });
        verification.Run();
        return verification.Problems;
    }
}
