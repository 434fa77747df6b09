using Microsoft.Extensions.Time.Testing;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Compact;

/// <summary>Two compactors: one is paused at each of its steps, and continues after the other one's run or never.</summary>
[Trait("Category", "Integration")]
public sealed class ScheduleTests
{
    private const int Happenings = 4;

    [Theory]
    [InlineData("folder", true, 1)]
    [InlineData("folder", false, 1)]
    [InlineData("s3", true, 9)]
    [InlineData("az", true, 13)]
    public async Task Compactor_paused_at_any_step_loses_no_game_and_doubles_none(string kind, bool resumes, int stride)
    {
        await using var server = kind == "folder" ? null : await BucketServer.StartAsync(kind);
        var paused = true;
        for (var step = 1; paused; step += stride)
        {
            using var folder = new GameFolder();
            var store = server is null ? folder.Store() : (IOutputStore)new PrefixedStore(server.Open(), $"{step}/");
            var first = await AddAsync(folder, store, days: 2);
            await AddAsync(folder, store, days: 1);
            await Compaction.RunAsync(store, Period.Before(folder.Clock.GetUtcNow()), folder.Clock);
            await AddAsync(folder, store, days: 2);
            await AddAsync(folder, store, days: 1);

            var pausing = new PausingStore(store, step);
            var one = Task.Run(() => Compaction.RunAsync(pausing, clock: folder.Clock), TestContext.Current.CancellationToken);
            await pausing.WaitAsync(one);
            paused = pausing.IsPaused;
            await HasEveryRowOnceAsync(folder, store);

            var clock = new FakeTimeProvider(folder.Clock.GetUtcNow());
            switch (step / stride % Happenings)
            {
                case 0:
                    await AddAsync(folder, store, days: 1);
                    break;
                case 1:
                    await AddAsync(folder, store, days: 2, first);
                    break;
                case 2:
                    // By then the paused one's part is old enough to be removed, and replaced parts are.
                    clock.Advance(TimeSpan.FromDays(3));
                    break;
                default:
                    break;
            }

            var (problems, said) = await Compaction.RunAsync(store, clock: clock);
            Assert.True(problems == 0, $"step {step}: {string.Join('\n', said)}");
            await HasEveryRowOnceAsync(folder, store);
            if (resumes)
            {
                pausing.Resume();
                (problems, said) = await one;
                Assert.True(problems == 0, $"step {step}: {string.Join('\n', said)}");
                await HasEveryRowOnceAsync(folder, store);
            }

            await Compaction.RunAsync(store, clock: clock);
            await HasEveryRowOnceAsync(folder, store);
            Assert.Empty(await new TableFiles(store).ListGamesAsync() is var left ? left.Games : []);
            Assert.Empty(await ProblemsAsync(store));
        }
    }

    [Fact]
    public async Task Independent_readers_see_every_compacted_game_once_at_every_moment()
    {
        using var folder = new GameFolder();
        for (var i = 0; i < 3; i++)
        {
            await folder.AddAsync(days: 1 + (i % 2));
            await Compaction.RunAsync(folder.Store(), clock: new FakeTimeProvider(folder.Clock.GetUtcNow().AddDays(-1)));
        }

        await folder.AddAsync(days: 1);
        var table = Path.Combine(folder.Path, "superhero", "delta", "GAME_SESSION");
        var paused = true;
        for (var step = 1; paused; step += 3)
        {
            var pausing = new PausingStore(folder.Store(), step);
            var one = Task.Run(() => Compaction.RunAsync(pausing, clock: folder.Clock), TestContext.Current.CancellationToken);
            await pausing.WaitAsync(one);
            paused = pausing.IsPaused;
            var single = folder.Games(TableSchema.Podium).Select(file => file.Name[..36]).ToHashSet();
            var compacted = (await IndependentReaders.ClickHouseAsync($"SELECT game_token FROM deltaLakeLocal('{table}')")).Select(row => row[0]).ToList();
            Assert.Equal(compacted.Order(), (await IndependentReaders.ReplayAsync(table)).Select(row => row[3]).Order());
            Assert.Equal(compacted.Count, compacted.Distinct().Count());
            Assert.Equal(folder.Rows.Select(row => row.Game).Distinct().Order(), single.Union(compacted).Order());
            await folder.AddAsync(days: 1);
        }
    }

    private static async Task<Guid> AddAsync(GameFolder folder, IOutputStore store, int days, Guid? token = null)
    {
        var game = await folder.AddAsync(token, days: days);
        foreach (var table in TableSchema.OfGames.Where(_ => store.LocalFolder is null))
        {
            var file = folder.FileOf(table, game);
            await store.WriteAsync(table.Folder + Path.GetFileName(file), await File.ReadAllBytesAsync(file));
            File.Delete(file);
        }

        return game;
    }

    private static async Task HasEveryRowOnceAsync(GameFolder folder, IOutputStore store)
    {
        using var tables = await TableReader.OpenAsync(store, Period.Always, TestContext.Current.CancellationToken);
        Assert.Equal(folder.Rows.OrderBy(row => (row.Game, row.User)), tables.Rows());
        Assert.Equal(folder.Rows.Select(row => row.Game).Distinct().Order(), tables.Query("SELECT game_token FROM GAME_SESSION", row => row.GetString(0)).Order());
    }

    private static async Task<List<string>> ProblemsAsync(IOutputStore store)
    {
        List<string> problems = [];
        await new Verification(store, problems.Add, _ => { }).RunAsync(TestContext.Current.CancellationToken);
        return problems;
    }

    /// <summary>A bucket under a prefix.</summary>
    private sealed class PrefixedStore(IOutputStore store, string prefix) : IOutputStore
    {
        public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => store.WriteAsync(prefix + path, content);

        public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => store.TryCreateAsync(prefix + path, content);

        public Task<byte[]> ReadAsync(string path) => store.ReadAsync(prefix + path);

        public Task<Stream> OpenReadAsync(StoredFile file) => store.OpenReadAsync(file with { Path = prefix + file.Path });

        public IAsyncEnumerable<StoredFile> ListAsync(string beginning) =>
            store.ListAsync(prefix + beginning).Select(file => file with { Path = file.Path[prefix.Length..] });

        public IAsyncEnumerable<string> ListFoldersAsync(string folder) => store.ListFoldersAsync(prefix + folder);

        public Task DeleteAsync(string path) => store.DeleteAsync(prefix + path);
    }
}
