using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Heroes;

public sealed class HeroTableTests : IDisposable
{
    private static readonly Hero[] Heroes = [new(0, "", 0, 0), new(7, "Stürm, \"the\" 2nd", 32760, 1434720), new(ushort.MaxValue, "Ω", long.MaxValue, 1)];

    private readonly TemporaryFolder _folder = new();

    private LocalOutputStore Store => LocalOutputStore.Open(_folder.Path);

    private string File => Path.Combine(_folder.Path, HeroTable.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Written_heroes_are_read_back_with_unsigned_columns()
    {
        await Store.WriteAsync(HeroTable.Path, HeroTable.Create(Heroes));
        Assert.Equal(Heroes, await HeroTable.ReadAsync(Store));
        Assert.Equal(
            ["superhero_id USMALLINT", "name VARCHAR", "attack UBIGINT", "health UBIGINT"],
            DuckDb.Query($"DESCRIBE SELECT * FROM read_parquet('{File}')").Select(column => $"{column[0]} {column[1]}"));
    }

    [Fact]
    public void Heroes_in_any_order_give_the_same_bytes() =>
        Assert.Equal(HeroTable.Create(Heroes), HeroTable.Create(Heroes.Reverse()));

    [Fact]
    public async Task Missing_hero_table_reads_as_no_heroes() => Assert.Empty(await HeroTable.ReadAsync(Store));

    [Fact]
    public async Task Damaged_hero_table_is_an_error_that_names_the_file()
    {
        await Store.WriteAsync(HeroTable.Path, HeroTable.Create(Heroes).AsMemory(0, 100));
        Assert.StartsWith(
            $"{HeroTable.Path}: it can't be read as Parquet: ", (await Assert.ThrowsAsync<IOException>(() => HeroTable.ReadAsync(Store))).Message, StringComparison.Ordinal);
    }
}
