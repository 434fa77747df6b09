using Superhero.Grains.Load;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Load;

/// <summary>A file of a game is never replaced by other rows.</summary>
public sealed class ExistingFileTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly GameFolder _folder = new();
    private readonly Guid _token = Guid.NewGuid();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Same_rows_under_another_claim_leave_both_files_as_they_are()
    {
        await LoadAsync(90, Noon);
        var before = Contents();
        await LoadAsync(90, Noon.AddHours(1));
        Assert.Equal(before, Contents());
    }

    [Fact]
    public async Task Other_rows_are_refused_and_both_files_stay()
    {
        await LoadAsync(90, Noon);
        var before = Contents();
        var refused = await Assert.ThrowsAsync<UnprocessableGameException>(() => LoadAsync(91, Noon.AddHours(1)));
        Assert.Equal($"its file {Path(TableSchema.Podium)} exists with other rows; an earlier game had the same token", refused.Message);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public async Task Other_rows_of_one_table_are_refused_also_if_the_other_file_is_gone()
    {
        await LoadAsync(90, Noon);
        File.Delete(_folder.FileOf(TableSchema.Meta, _token));
        var before = Contents()[^1];
        await Assert.ThrowsAsync<UnprocessableGameException>(() => LoadAsync(91, Noon));
        Assert.Equal(before, Contents()[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task File_of_an_earlier_claim_gives_its_times_to_the_one_that_is_missing(bool podiumIsMissing)
    {
        await LoadAsync(90, Noon);
        File.Delete(_folder.FileOf(podiumIsMissing ? TableSchema.Podium : TableSchema.Meta, _token));
        await LoadAsync(90, Noon.AddHours(1));
        Assert.Equal(["2026-05-04T12:00:00.000000Z", "2026-05-04T12:00:00.000000Z"], TableSchema.OfGames.Select(ClaimedAt));
    }

    [Fact]
    public async Task File_that_cannot_be_read_is_not_replaced()
    {
        await LoadAsync(90, Noon);
        var file = _folder.FileOf(TableSchema.Meta, _token);
        await File.WriteAllTextAsync(file, "no Parquet", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<UnprocessableGameException>(() => LoadAsync(90, Noon));
        Assert.Contains("exists and can't be read", refused.Message, StringComparison.Ordinal);
        Assert.Equal("no Parquet", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Replay_replaces_files_with_other_rows()
    {
        await LoadAsync(90, Noon);
        await new GameLoader(_folder.Store()).ReplaceAsync(GameFolder.TablesOf(_token, 91), Origin(Noon));
        Assert.All(DuckDb.Rows(_folder.Path), row => Assert.Contains(91, new[] { row.Sent, row.Received }));
    }

    [Fact]
    public async Task Store_that_ignores_the_condition_is_read_before_it_is_written()
    {
        var store = new IgnoringStore(_folder.Store());
        var loader = new GameLoader(store);
        await LoadAsync(loader, 90, Noon);
        var before = Contents();
        await LoadAsync(loader, 90, Noon.AddHours(1));
        await Assert.ThrowsAsync<UnprocessableGameException>(() => LoadAsync(loader, 91, Noon));
        Assert.Equal(before, Contents());
        Assert.Equal(1, store.Probes);
    }

    private static GameOrigin Origin(DateTimeOffset claimed) => new("silo-1", claimed.AddMinutes(-3), claimed, claimed);

    private Task<long> LoadAsync(ulong damage, DateTimeOffset claimed) => LoadAsync(new GameLoader(_folder.Store()), damage, claimed);

    private Task<long> LoadAsync(GameLoader loader, ulong damage, DateTimeOffset claimed) =>
        loader.LoadAsync(GameFolder.TablesOf(_token, damage), Origin(claimed), again: false);

    private string ClaimedAt(TableSchema table)
    {
        using var file = ParquetFile.Open(table, File.ReadAllBytes(_folder.FileOf(table, _token)));
        return file.Metadata["claimed_at"];
    }

    private string Path(TableSchema table) => new GameFile(_token, "silo-1").PathIn(table);

    private string[] Contents() => [.. TableSchema.OfGames.SelectMany(table => _folder.Games(table)).Select(file =>
        $"{file.Name} {Convert.ToHexString(File.ReadAllBytes(file.FullName))}")];

    // A bucket's service that takes each request for one without a condition.
    private sealed class IgnoringStore(IOutputStore store) : PartialStore, IOutputStore
    {
        public int Probes { get; private set; }

        public Task<bool> ProbeAsync()
        {
            Probes++;
            return Task.FromResult(false);
        }

        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content) => store.WriteAsync(path, content);

        public override async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content)
        {
            await store.WriteAsync(path, content);
            return true;
        }

        public override Task<byte[]> ReadAsync(string path) => store.ReadAsync(path);
    }
}
