using StackExchange.Redis;
using Superhero.Grains.Merge;
using Superhero.Grains.Statistics;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Merge;

[Trait("Category", "Integration")]
public sealed class RedisMergeLeaseTests : IAsyncLifetime
{
    private const string Output = "s3://season/of/games/";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(600);
    private static readonly MergePlan Plan = new(
        new Partition(new DateOnly(2026, 5, 4)), [(new GameFile(Guid.NewGuid(), "silo-1"), 0b111), (new GameFile(Guid.NewGuid(), "silo-2"), 0b100)]);

    private RealRedis _redis = null!;

    private IDatabase Database => _redis.Database;

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    [Fact]
    public async Task One_alone_has_it_until_it_gives_it_back()
    {
        await using (await TakeAsync("silo-1"))
        {
            var (second, holder) = await RedisMergeLease.TryTakeAsync(Database, Output, "silo-2");
            Assert.Null(second);
            Assert.Equal("silo-1", holder);
            var (other, _) = await RedisMergeLease.TryTakeAsync(Database, "/data", "silo-2");
            Assert.NotNull(other);
            await other.DisposeAsync();
        }

        Assert.Empty(_redis.Server.Keys());
        await using var third = await TakeAsync("silo-2");
        Assert.False(third.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Its_holder_keeps_it_for_longer_than_it_would_last()
    {
        await using var lease = await TakeAsync("silo-1", Short);

        // Nothing else tells Redis' time but a key that lasts as long and is not renewed, several times over.
        for (var i = 0; i < 3; i++)
        {
            await Database.StringSetAsync("other", "", Short);
            await Eventually.HoldsAsync(async () => !await Database.KeyExistsAsync("other"), () => "the other key to be gone");
            Assert.StartsWith("silo-1 ", await Database.StringGetAsync(RedisMergeLease.LeaseKey(Output)), StringComparison.Ordinal);
        }

        await lease.BeginAsync(Plan);
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_has_lost_it_is_told_and_can_put_nothing_on_record_any_more(bool taken)
    {
        var old = await TakeAsync("silo-1", Short);
        await old.BeginAsync(Plan);
        await Database.KeyDeleteAsync(RedisMergeLease.LeaseKey(Output));
        var next = taken ? await TakeAsync("silo-2") : null;
        var record = await Database.StringGetAsync(RedisMergeLease.RecordKey(Output));

        Assert.Contains("another one's", (await Assert.ThrowsAsync<IOException>(() => old.BeginAsync(Plan with { Games = [] }))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => old.EndAsync(Plan));
        await Eventually.HoldsAsync(() => old.Lost.IsCancellationRequested, () => "it to be told");

        Assert.Equal(record, await Database.StringGetAsync(RedisMergeLease.RecordKey(Output)));
        Assert.False(await Database.KeyExistsAsync(StatisticsKeys.Merges));
        Assert.Equal(taken, await Database.KeyExistsAsync(RedisMergeLease.LeaseKey(Output)));
        await old.DisposeAsync();
        if (next is not null)
        {
            Assert.StartsWith("silo-2 ", await Database.StringGetAsync(RedisMergeLease.LeaseKey(Output)), StringComparison.Ordinal);
            await next.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_holder_that_is_not_heard_of_loses_it()
    {
        // As a process leaves it that dies: nobody renews it.
        await Database.StringSetAsync(RedisMergeLease.LeaseKey(Output), "silo-1 dead", Short);
        RedisMergeLease? next = null;
        await Eventually.HoldsAsync(async () => (next = (await RedisMergeLease.TryTakeAsync(Database, Output, "silo-2")).Lease) is not null, () => "it to be free");
        await next!.DisposeAsync();
    }

    [Fact]
    public async Task Who_cannot_reach_Redis_for_as_long_as_it_lasts_has_lost_it()
    {
        await using var redis = await RealRedis.StartAsync();
        var (lease, _) = await RedisMergeLease.TryTakeAsync(redis.Database, Output, "silo-1", Short);
        await redis.StopAsync();
        await Eventually.HoldsAsync(() => lease!.Lost.IsCancellationRequested, () => "it to be lost");
        Assert.StartsWith(
            "Redis keeps the right to merge, and can't be reached: ", (await Assert.ThrowsAsync<IOException>(() => lease!.BeginAsync(Plan))).Message, StringComparison.Ordinal);
        await lease!.DisposeAsync();
        await redis.StartAgainAsync();
    }

    [Fact]
    public async Task A_merge_that_did_not_end_comes_to_the_next_one()
    {
        await using (var first = await TakeAsync("silo-1"))
        {
            Assert.Null(await first.GetUnfinishedAsync());
            await first.BeginAsync(Plan);
        }

        await using (var second = await TakeAsync("silo-2"))
        {
            var unfinished = await second.GetUnfinishedAsync();
            Assert.Equal((Plan.Partition, Plan.Name), (unfinished!.Partition, unfinished.Name));
            Assert.Equal(Plan.Games, unfinished.Games);
            await second.EndAsync(unfinished);
            Assert.Null(await second.GetUnfinishedAsync());
        }

        Assert.Equal([new("merged", 2)], await Database.HashGetAllAsync(StatisticsKeys.Merges));
        Assert.Equal([StatisticsKeys.Merges], _redis.Server.Keys());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("date=2026-05-04\n9x")]
    [InlineData("date=2026-05-04\n")]
    [InlineData("date=2026-05-04\n7../../../etc/passwd")]
    public async Task What_nobody_who_merges_has_recorded_is_no_merge(string record)
    {
        await Database.StringSetAsync(RedisMergeLease.RecordKey(Output), record);
        await using var lease = await TakeAsync("silo-1");
        Assert.Null(await lease.GetUnfinishedAsync());
        await lease.BeginAsync(Plan);
        Assert.Equal(Plan.Name, (await lease.GetUnfinishedAsync())!.Name);
    }

    [Fact]
    public async Task Statistics_of_another_type_hinder_no_end()
    {
        await Database.StringSetAsync(StatisticsKeys.Merges, "nonsense");
        await using var lease = await TakeAsync("silo-1");
        await lease.BeginAsync(Plan);
        await lease.EndAsync(Plan);
        Assert.False(await Database.KeyExistsAsync(RedisMergeLease.RecordKey(Output)));
        Assert.Equal("nonsense", await Database.StringGetAsync(StatisticsKeys.Merges));
    }

    private async Task<RedisMergeLease> TakeAsync(string name, TimeSpan? duration = null)
    {
        var (lease, holder) = await RedisMergeLease.TryTakeAsync(Database, Output, name, duration);
        Assert.NotNull(lease);
        Assert.StartsWith(name, holder, StringComparison.Ordinal);
        return lease;
    }
}
