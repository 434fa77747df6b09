using Superhero.Grains.Merge;
using Superhero.Grains.Statistics;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Verify;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Merge;

/// <summary>A merger that stood still while its right ran out, and goes on without knowing, harms nothing: wherever it stood, whatever others
/// have merged meanwhile, and whether what it had begun was its own merge or one that it took over.</summary>
[Trait("Category", "Integration")]
public sealed class LostLeaseTests : IAsyncLifetime
{
    private RealRedis _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    // Between them the cases pause the compactor at each step.
    [Theory]
    [InlineData(false, 0, 1)]
    [InlineData(false, 8, 2)]
    [InlineData(true, 4, 3)]
    public Task Every_game_is_there_once_after_a_compactor_pauses_at_a_step_and_loses_its_lease(bool takesOver, int nextDies, int first) =>
        HoldAtStepsAsync(takesOver, nextDies, first, stride: 3);

    [Theory(Explicit = true)]
    [InlineData(false, 0)]
    [InlineData(false, 8)]
    [InlineData(true, 4)]
    public Task Every_game_is_there_once_after_a_compactor_pauses_at_any_step_and_loses_its_lease(bool takesOver, int nextDies) =>
        HoldAtStepsAsync(takesOver, nextDies, first: 1, stride: 1);

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Games_that_a_compactor_without_Redis_merged_are_not_merged_again_from_the_record(int firstDies)
    {
        var alive = false;
        for (var step = 1; !alive; step++)
        {
            using var folder = new GameFolder();
            await AddAsync(folder);
            await MergeUntilDeathAsync(folder, firstDies);
            await folder.AddAsync(days: 2);
            var store = new DyingStore(folder.Store(), step);
            try
            {
                await RunAsync(folder, store, new NoMergeLease());
            }
            catch (IOException) when (store.IsDead)
            {
            }

            alive = !store.IsDead;
            await MergeAsync(folder);
            Assert.All(TableSchema.OfGames, table => Assert.Empty(folder.Games(table)));
            await folder.HasEveryRowOnceAsync();
            Assert.Empty(await ProblemsAsync(folder));
            Assert.False(await _redis.Database.KeyExistsAsync(RedisMergeLease.RecordKey(folder.Path)));
        }
    }

    private async Task HoldAtStepsAsync(bool takesOver, int nextDies, int first, int stride)
    {
        var step = first;
        while (await HoldAsync(step, takesOver, nextDies))
        {
            step += stride;
        }

        Assert.True(step > 30, $"{step}");
    }

    // False if the compactor ended before that step.
    private async Task<bool> HoldAsync(int step, bool takesOver, int nextDies)
    {
        using var folder = new GameFolder();
        await AddAsync(folder);
        if (takesOver)
        {
            await MergeUntilDeathAsync(folder, 3);
            await folder.AddAsync(days: 1);
        }

        var lease = await TakeAsync(folder, "first");
        var held = new HeldMerger(folder.Store(), lease, step);
        var merging = Task.Run(() => RunAsync(folder, held, held));
        var isHeld = await Task.WhenAny(held.Held, merging) == held.Held;
        if (isHeld)
        {
            await _redis.Database.KeyDeleteAsync(RedisMergeLease.LeaseKey(folder.Path));
            await AddAsync(folder);
            if (nextDies > 0)
            {
                await MergeUntilDeathAsync(folder, nextDies);
                await folder.AddAsync(days: 1);
            }

            await MergeAsync(folder);
            held.GoOn();
        }

        try
        {
            await merging;
        }
        catch (IOException)
        {
            // It was told that it had lost the right, or found a file gone that the other one has merged.
        }

        await lease.DisposeAsync();
        Assert.Empty(await ProblemsAsync(folder));
        await folder.HasEveryRowOnceAsync();
        await MergeAsync(folder);
        Assert.All(TableSchema.OfGames, table => Assert.Empty(folder.Games(table)));
        Assert.Empty(await ProblemsAsync(folder));
        Assert.Equal(folder.Rows.Count / 2, (int)await _redis.Database.HashGetAsync(StatisticsKeys.Merges, "merged"));
        await _redis.Database.KeyDeleteAsync(StatisticsKeys.Merges);
        Assert.Empty(_redis.Server.Keys());
        return isHeld;
    }

    private static async Task AddAsync(GameFolder folder)
    {
        await folder.AddAsync(days: 1);
        await folder.AddAsync(days: 1);
        await folder.AddAsync(days: 2);
    }

    private async Task MergeUntilDeathAsync(GameFolder folder, int step)
    {
        await using var lease = await TakeAsync(folder, "dying");
        var store = new DyingStore(folder.Store(), step);
        await Assert.ThrowsAsync<IOException>(() => RunAsync(folder, store, lease));
        Assert.True(store.IsDead);
    }

    private async Task MergeAsync(GameFolder folder)
    {
        await using var lease = await TakeAsync(folder, "next");
        Assert.Equal(0, await RunAsync(folder, folder.Store(), lease));
    }

    private async Task<RedisMergeLease> TakeAsync(GameFolder folder, string name) =>
        (await RedisMergeLease.TryTakeAsync(_redis.Database, folder.Path, name)).Lease!;

    // It is not told that the right is lost, as one that stands still is not.
    private static async Task<int> RunAsync(GameFolder folder, IOutputStore store, IMergeLease lease)
    {
        var compactor = new Compactor(store, lease, _ => { }, _ => { }, folder.Clock);
        await compactor.RunAsync(Period.Always, CancellationToken.None);
        return compactor.Problems;
    }

    private static async Task<List<string>> ProblemsAsync(GameFolder folder)
    {
        List<string> problems = [];
        await new Verification(folder.Store(), problems.Add, _ => { }).RunAsync(TestContext.Current.CancellationToken);
        return problems;
    }
}
