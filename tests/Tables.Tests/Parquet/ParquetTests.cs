using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Grains.Load;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Parquet;

public sealed class ParquetTests : IDisposable
{
    private static readonly Guid Token = Guid.Parse("00cb4536-10ff-4df5-a358-a0eca45451cf");
    private static readonly GameTables Tables = new(
        Token,
        [new("a", 65535), new("b", 7)],
        [new("b", 1, 65535, 0, ulong.MaxValue), new("a", 255, 1, ulong.MaxValue, 0)]);

    private static readonly GameOrigin Origin = new(
        "silo-1", DateTimeOffset.Parse("2026-05-04T11:12:13.123456Z", CultureInfo.InvariantCulture), DateTimeOffset.Parse("2026-05-04T12:00:00+01:00", CultureInfo.InvariantCulture),
        DateTimeOffset.Parse("2026-05-04T13:00:00.1234567Z", CultureInfo.InvariantCulture));

    private readonly TemporaryFolder _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Columns_have_the_specified_names_order_and_types_and_are_required_and_gzipped()
    {
        await LoadAsync();
        Assert.Equal(
            ["game_token:StringType():REQUIRED", "user_token:StringType():REQUIRED", "superhero_id:UINT_16:REQUIRED"],
            Columns(TableSchema.Meta));
        Assert.Equal(
            [
                "game_token:StringType():REQUIRED", "user_token:StringType():REQUIRED", "rank:UINT_8:REQUIRED",
                "rounds:UINT_16:REQUIRED", "damage_received:UINT_64:REQUIRED", "damage_sent:UINT_64:REQUIRED",
            ],
            Columns(TableSchema.Podium));
        foreach (var table in TableSchema.OfGames)
        {
            Assert.All(DuckDb.Query($"SELECT compression FROM parquet_metadata('{File(table)}')"), row => Assert.Equal("GZIP", row[0]));
        }
    }

    [Fact]
    public async Task Values_at_the_limits_of_their_types_are_read_back_unchanged()
    {
        await LoadAsync();
        Assert.Equal(
            [[$"{Token}", "b", "1", "65535", "0", "18446744073709551615"], [$"{Token}", "a", "255", "1", "18446744073709551615", "0"]],
            DuckDb.Query($"SELECT * FROM read_parquet('{File(TableSchema.Podium)}')"));
        Assert.Equal(
            [[$"{Token}", "a", "65535"], [$"{Token}", "b", "7"]],
            DuckDb.Query($"SELECT * FROM read_parquet('{File(TableSchema.Meta)}')"));
    }

    [Fact]
    public async Task Metadata_has_the_game_silo_times_writer_and_schema_version()
    {
        await LoadAsync();
        var metadata = DuckDb.Query($"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{File(TableSchema.Podium)}')")
            .ToDictionary(row => row[0], row => row[1]);
        Assert.Equal($"{Token}", metadata["game_token"]);
        Assert.Equal("silo-1", metadata["silo"]);
        Assert.Equal("2026-05-04T11:12:13.123456Z", metadata["started_at"]);
        Assert.Equal("2026-05-04T11:00:00.000000Z", metadata["ended_at"]);
        Assert.Equal("2026-05-04T13:00:00.123456Z", metadata["claimed_at"]);
        Assert.StartsWith("superhero-orleans 0.", metadata["writer"], StringComparison.Ordinal);
        Assert.Equal("1", metadata["schema_version"]);
    }

    [Fact]
    public async Task Load_returns_the_size_of_both_files_and_they_are_read_back()
    {
        var written = await LoadAsync();
        var path = File(TableSchema.Podium);
        Assert.Equal(new FileInfo(path).Length + new FileInfo(File(TableSchema.Meta)).Length, written);
        using var file = ParquetFile.Open(TableSchema.Podium, System.IO.File.OpenRead(path));
        var read = file.Read();
        Assert.Equal([$"{Token}", $"{Token}"], read.Games);
        Assert.Equal(["b", "a"], read.Users);
        Assert.Equal([1, 255], read.Column<int>(2));
        Assert.Equal([ulong.MaxValue, 0UL], read.Column<long>(5).Select(damage => unchecked((ulong)damage)));
        Assert.Equal("silo-1", file.Metadata["silo"]);
    }

    [Fact]
    public async Task Files_with_another_schema_or_damage_are_rejected()
    {
        await LoadAsync();
        Assert.Contains("its schema is not that of GAME_PODIUM", Wrong(File(TableSchema.Meta)), StringComparison.Ordinal);
        var bytes = await System.IO.File.ReadAllBytesAsync(File(TableSchema.Podium), TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllBytesAsync(File(TableSchema.Podium), bytes[..^9], TestContext.Current.CancellationToken);
        Assert.Contains("it can't be read as Parquet", Wrong(File(TableSchema.Podium)), StringComparison.Ordinal);
        bytes[12] ^= 0xff;
        await System.IO.File.WriteAllBytesAsync(File(TableSchema.Podium), bytes, TestContext.Current.CancellationToken);
        Assert.Contains("it can't be read as Parquet", Wrong(File(TableSchema.Podium)), StringComparison.Ordinal);

        static string Wrong(string path) => Assert.Throws<InvalidDataException>(() =>
        {
            using var file = ParquetFile.Open(TableSchema.Podium, System.IO.File.ReadAllBytes(path));
            return file.Read();
        }).Message;
    }

    [Fact]
    public async Task Repeated_load_gives_the_same_bytes_and_leaves_no_other_file()
    {
        await LoadAsync();
        var first = await System.IO.File.ReadAllBytesAsync(File(TableSchema.Podium), TestContext.Current.CancellationToken);
        await LoadAsync();
        Assert.Equal(first, await System.IO.File.ReadAllBytesAsync(File(TableSchema.Podium), TestContext.Current.CancellationToken));
        Assert.Equal(2, Directory.GetFiles(_output.Path, "*", SearchOption.AllDirectories).Length);
    }

    private Task<long> LoadAsync() =>
        new GameLoader(new LocalOutputStore(_output.Path, NullLogger<LocalOutputStore>.Instance))
            .LoadAsync(Tables, Origin, again: false);

    private string File(TableSchema table) => Path.Combine(_output.Path, new GameFile(Token, "silo-1").PathIn(table));

    private IEnumerable<string> Columns(TableSchema table) => DuckDb
        .Query($"SELECT name, CASE WHEN logical_type LIKE 'StringType%' THEN 'StringType()' ELSE converted_type END, repetition_type FROM parquet_schema('{File(table)}') WHERE type IS NOT NULL")
        .Select(row => string.Join(':', row));
}
