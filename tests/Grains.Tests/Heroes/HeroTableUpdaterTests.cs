using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Superhero.Grains.Heroes;
using Superhero.Redis;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Heroes;

[Trait("Category", "Integration")]
public sealed class HeroTableUpdaterTests : IAsyncLifetime
{
    // No silo writes at this time.
    private static readonly DateTime LongAgo = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _output = new();
    private readonly ConcurrentQueue<(string? Event, string Line)> _said = [];
    private readonly LogHook _logs;
    private RealRedis _redis = null!;

    public HeroTableUpdaterTests() => _logs = new LogHook((name, line) => _said.Enqueue((name, line)));

    private string Folder => Path.Combine(_output.Path, "superhero", "delta", "SUPERHERO");

    // The names of parts sort by time.
    private string File => Directory.GetFiles(Folder, "part-*").Order(StringComparer.Ordinal).Last();

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _logs.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task The_cluster_writes_it_once_when_it_starts_and_again_when_a_hero_changes()
    {
        await PutAsync(2, "Storm, \"the\" 'ö'", 30, 40);
        await PutAsync(1, "Ant", 10, 20);
        await using var cluster = await StartAsync(silos: 2);
        await HasRowsAsync(["1", "Ant", "10", "20"], ["2", "Storm, \"the\" 'ö'", "30", "40"]);
        await PutAsync(1, "Ant", 11, 20);
        await _redis.Database.HashDeleteAsync(GameKeys.Superheros, 2);
        await HasRowsAsync(["1", "Ant", "11", "20"]);
        await LooksAsync();

        // The two changes came one after the other, and may have been seen so.
        Assert.InRange(Said("LogHeroesWritten").Count, 2, 3);
    }

    [Fact]
    public async Task It_is_not_written_again_while_nothing_changes_nor_after_a_restart()
    {
        await PutAsync(1, "Ant", 10, 20);
        await using (await StartAsync())
        {
            await HasRowsAsync(["1", "Ant", "10", "20"]);
            System.IO.File.SetLastWriteTimeUtc(File, LongAgo);
            await LooksAsync();
        }

        await using var cluster = await StartAsync(silos: 2);
        await LooksAsync();
        Assert.Equal(LongAgo, System.IO.File.GetLastWriteTimeUtc(File));
        Assert.Single(Said("LogHeroesWritten"));
    }

    [Fact]
    public async Task One_that_somebody_removed_or_damaged_comes_back()
    {
        await PutAsync(1, "Ant", 10, 20);
        await using var cluster = await StartAsync();
        await HasRowsAsync(["1", "Ant", "10", "20"]);
        System.IO.File.Delete(File);
        await HasRowsAsync(["1", "Ant", "10", "20"]);
        await System.IO.File.WriteAllTextAsync(File, "no Parquet", TestContext.Current.CancellationToken);
        await HasRowsAsync(["1", "Ant", "10", "20"]);
    }

    [Fact]
    public async Task A_collection_that_is_empty_or_of_another_type_leaves_the_table()
    {
        var updater = Updater(Store());
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Empty(Directory.GetFileSystemEntries(_output.Path));

        await PutAsync(1, "Ant", 10, 20);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        var table = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        await _redis.Database.KeyDeleteAsync(GameKeys.Superheros);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        await _redis.Database.StringSetAsync(GameKeys.Superheros, "in the way");
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        await _redis.Database.KeyDeleteAsync(GameKeys.Superheros);
        await _redis.Database.HashSetAsync(GameKeys.Superheros, 1, "not JSON");
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Equal(table, await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken));
        Assert.Empty(Said("LogHeroesFailed"));
    }

    [Fact]
    public async Task Entries_that_are_no_hero_are_left_out_and_said_once()
    {
        await PutAsync(1, "Ant", 10, 20);
        await _redis.Database.HashSetAsync(GameKeys.Superheros, [new("Storm", "{}"), new(3, "not JSON")]);
        var updater = Updater(Store());
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Equal([new Hero(1, "Ant", 10, 20)], await new HeroTable(Store()).ReadAsync());
        Assert.EndsWith(": 2", Assert.Single(Said("LogHeroesLeftOut")), StringComparison.Ordinal);

        await _redis.Database.HashDeleteAsync(GameKeys.Superheros, 3);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith(": 1", Said("LogHeroesLeftOut")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_said_once_for_each_cause_and_tried_again()
    {
        await PutAsync(1, "Ant", 10, 20);
        await PutInTheWayAsync();
        var updater = Updater(Store());
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Single(Said("LogHeroesFailed"));

        await _redis.StopAsync();
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, Said("LogHeroesFailed").Count);
        await _redis.StartAgainAsync();
        await PutAsync(1, "Ant", 10, 20);

        System.IO.File.Delete(Folder);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Equal([new Hero(1, "Ant", 10, 20)], await new HeroTable(Store()).ReadAsync());
        Directory.Delete(Folder, recursive: true);
        await PutInTheWayAsync();
        await PutAsync(1, "Ant", 10, 21);
        await updater.UpdateAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, Said("LogHeroesFailed").Count);
    }

    [Fact]
    public async Task While_the_table_can_not_be_written_the_sweep_goes_on()
    {
        await PutAsync(1, "Ant", 10, 20);
        await PutInTheWayAsync();
        await using var cluster = await StartAsync();
        await LooksAsync();
        var game = await new MadeGame(_redis.Database).PutAsync();
        await Eventually.HoldsAsync(
            async () => await _redis.Database.SortedSetScoreAsync(GameKeys.Games, game.Keys.Token) is null, () => "the game to be swept");
        Assert.Single(Said("LogHeroesFailed"));
    }

    private Task PutInTheWayAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder)!);
        return System.IO.File.WriteAllTextAsync(Folder, "", TestContext.Current.CancellationToken);
    }

    private Task<bool> PutAsync(int id, string name, long attack, long health) => _redis.Database.HashSetAsync(
        GameKeys.Superheros, id, System.Text.Json.JsonSerializer.Serialize(new { name, powerstats = new { attack, health } }));

    private async Task<GrainCluster> StartAsync(int silos = 1)
    {
        var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos, logs: _logs);
        await cluster.SweepAsync();
        return cluster;
    }

    private LocalOutputStore Store() => LocalOutputStore.Open(_output.Path);

    private HeroTableUpdater Updater(IOutputStore store)
    {
        var logger = new LoggerFactory([_logs]).CreateLogger<HeroTableUpdater>();
        return new HeroTableUpdater(_redis.Connection, store, logger);
    }

    private IReadOnlyList<string> Said(string name) => [.. _said.Where(one => one.Event == name).Select(one => one.Line)];

    private Task HasRowsAsync(params string[][] rows) => Eventually.HoldsAsync(
        () => Rows() is { } found && found.Select(row => string.Join('|', row)).SequenceEqual(rows.Select(row => string.Join('|', row))),
        () => $"the table to have other rows than {string.Join("; ", (Rows() ?? []).Select(row => string.Join('|', row)))}");

    private IReadOnlyList<string[]>? Rows()
    {
        try
        {
            return DuckDb.Query($"SELECT superhero_id, name, attack, health FROM read_parquet('{File}')");
        }
        catch (DuckDB.NET.Data.DuckDBException)
        {
            return null;
        }
    }

    // Each look reads the collection. The last one may still be at work when it has.
    private async Task LooksAsync()
    {
        var before = await _redis.CallsAsync("hgetall");
        await Eventually.HoldsAsync(async () => await _redis.CallsAsync("hgetall") > before + 2, () => "three looks at the collection");
    }

    private sealed class UnreadableStore : PartialStore
    {
        public int Writes { get; private set; }

        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content)
        {
            Writes++;
            return Task.CompletedTask;
        }

        public override Task<byte[]> ReadAsync(string path) => Task.FromException<byte[]>(new IOException("it may not be read"));
    }
}
