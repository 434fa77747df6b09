using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Heroes;

public sealed class HeroTableTests : IDisposable
{
    private static readonly Hero[] Heroes = [new(0, "", 0, 0), new(7, "Stürm, \"the\" 2nd", 32760, 1434720), new(ushort.MaxValue, "Ω", long.MaxValue, 1)];

    private readonly TemporaryFolder _folder = new();

    private HeroTable Table => new(LocalOutputStore.Open(_folder.Path));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Written_heroes_are_read_back_with_unsigned_columns()
    {
        Assert.True(await Table.OverwriteAsync(Heroes, TimeProvider.System));
        Assert.Equal(Heroes, await Table.ReadAsync());
        var part = Assert.Single(Directory.GetFiles(_folder.Path + "/superhero/delta/SUPERHERO", "part-*"));
        Assert.Equal(
            ["superhero_id INTEGER", "name VARCHAR", "attack BIGINT", "health BIGINT"],
            DuckDb.Query($"DESCRIBE SELECT * FROM read_parquet('{part}')").Select(column => $"{column[0]} {column[1]}"));
    }

    [Fact]
    public async Task Same_heroes_in_another_order_are_not_written_again()
    {
        Assert.True(await Table.OverwriteAsync(Heroes, TimeProvider.System));
        Assert.False(await Table.OverwriteAsync(Heroes.Reverse(), TimeProvider.System));
        Assert.True(await Table.OverwriteAsync(Heroes.Take(2), TimeProvider.System));
        Assert.Equal(Heroes.Take(2), await Table.ReadAsync());
    }

    [Fact]
    public async Task Many_writers_leave_the_heroes_of_one_of_them()
    {
        await Task.WhenAll(Heroes.Select(hero => Task.Run(() => Table.OverwriteAsync([hero], TimeProvider.System))));
        Assert.Contains(Assert.Single(await Table.ReadAsync()), Heroes);
    }

    [Fact]
    public async Task Where_there_is_no_table_there_are_no_heroes() => Assert.Empty(await Table.ReadAsync());

    [Fact]
    public async Task A_damaged_table_is_said_to_be_so_and_overwritten()
    {
        await Table.OverwriteAsync(Heroes, TimeProvider.System);
        var part = Assert.Single(Directory.GetFiles(_folder.Path + "/superhero/delta/SUPERHERO", "part-*"));
        await File.WriteAllBytesAsync(part, (await File.ReadAllBytesAsync(part, TestContext.Current.CancellationToken))[..100], TestContext.Current.CancellationToken);
        Assert.StartsWith(
            "superhero/delta/SUPERHERO/: it can't be read as Parquet: ", (await Assert.ThrowsAsync<IOException>(Table.ReadAsync)).Message, StringComparison.Ordinal);
        Assert.True(await Table.OverwriteAsync(Heroes, TimeProvider.System));
        Assert.Equal(Heroes, await Table.ReadAsync());
    }
}
