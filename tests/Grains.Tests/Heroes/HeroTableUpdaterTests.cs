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
    private readonly EventLog _log = new();
    private RealRedis _redis = null!;

    private string Folder => Path.Combine(_output.Path, "superhero", "delta", "SUPERHERO");

    // The names of parts sort by time.
    private string File => Directory.GetFiles(Folder, "part-*").Order(StringComparer.Ordinal).Last();

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _log.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Cluster_writes_the_table_when_it_starts_and_when_heroes_change_and_sweeps_while_it_cannot_be_written()
    {
        await PutAsync(2, "Storm, \"the\" 'ö'", 30, 40);
        await PutAsync(1, "Ant", 10, 20);
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path, silos: 2);
        await cluster.SweepAsync();
        await HasRowsAsync(["1", "Ant", "10", "20"], ["2", "Storm, \"the\" 'ö'", "30", "40"]);
        await PutAsync(1, "Ant", 11, 20);
        await _redis.Database.HashDeleteAsync(GameKeys.Superheros, 2);
        await HasRowsAsync(["1", "Ant", "11", "20"]);
        await UpdatesAsync();

        // Silos may have seen the two changes one after the other.
        Assert.InRange(cluster.Log.Of(LogEvents.HeroesWritten).Count, 2, 3);

        Directory.Delete(Folder, recursive: true);
        await PutInTheWayAsync();
        await PutAsync(1, "Ant", 12, 20);
        await UpdatesAsync();
        var game = await new MadeGame(_redis.Database).PutAsync();
        await Eventually.HoldsAsync(
            async () => await _redis.Database.SortedSetScoreAsync(GameKeys.Games, game.Keys.Token) is null, () => $"the game to be swept. {cluster.Log.Describe()}");
        Assert.Single(cluster.Log.Of(LogEvents.HeroesFailed));
    }

    [Fact]
    public async Task Unchanged_table_is_not_written_again_by_the_same_silo_or_after_a_restart()
    {
        await PutAsync(1, "Ant", 10, 20);
        var updater = Updater(Store());
        await UpdateAsync(updater);
        System.IO.File.SetLastWriteTimeUtc(File, LongAgo);
        await UpdateAsync(updater);
        await UpdateAsync(Updater(Store()));
        Assert.Equal(LongAgo, System.IO.File.GetLastWriteTimeUtc(File));
        Assert.Single(Logged(LogEvents.HeroesWritten));
    }

    [Fact]
    public async Task Removed_or_damaged_table_is_written_again()
    {
        await PutAsync(1, "Ant", 10, 20);
        var updater = Updater(Store());
        await UpdateAsync(updater);
        System.IO.File.Delete(File);
        await UpdateAsync(updater);
        await HasRowsAsync(["1", "Ant", "10", "20"]);
        await System.IO.File.WriteAllTextAsync(File, "no Parquet", TestContext.Current.CancellationToken);
        await UpdateAsync(updater);
        await HasRowsAsync(["1", "Ant", "10", "20"]);
    }

    [Fact]
    public async Task Collection_that_is_empty_malformed_or_of_another_type_leaves_the_table_as_it_is()
    {
        var updater = Updater(Store());
        await UpdateAsync(updater);
        Assert.Empty(Directory.GetFileSystemEntries(_output.Path));

        await PutAsync(1, "Ant", 10, 20);
        await UpdateAsync(updater);
        var table = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        await _redis.Database.KeyDeleteAsync(GameKeys.Superheros);
        await UpdateAsync(updater);
        await _redis.Database.StringSetAsync(GameKeys.Superheros, "in the way");
        await UpdateAsync(updater);
        await _redis.Database.KeyDeleteAsync(GameKeys.Superheros);
        await _redis.Database.HashSetAsync(GameKeys.Superheros, 1, "not JSON");
        await UpdateAsync(updater);
        Assert.Equal(table, await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken));
        Assert.Empty(Logged(LogEvents.HeroesFailed));
    }

    [Fact]
    public async Task Entries_that_are_no_hero_are_left_out_and_logged_once()
    {
        await PutAsync(1, "Ant", 10, 20);
        await _redis.Database.HashSetAsync(GameKeys.Superheros, [new("Storm", "{}"), new(3, "not JSON")]);
        var updater = Updater(Store());
        await UpdateAsync(updater);
        await UpdateAsync(updater);
        Assert.Equal([new Hero(1, "Ant", 10, 20)], await new HeroTable(Store()).ReadAsync());
        Assert.Equal("2", Assert.Single(Logged(LogEvents.HeroesLeftOut)).Values["Count"]);

        await _redis.Database.HashDeleteAsync(GameKeys.Superheros, 3);
        await UpdateAsync(updater);
        Assert.Equal("1", Logged(LogEvents.HeroesLeftOut)[^1].Values["Count"]);
    }

    [Fact]
    public async Task Failure_is_logged_once_for_each_cause_and_retried()
    {
        await PutAsync(1, "Ant", 10, 20);
        await PutInTheWayAsync();
        var updater = Updater(Store());
        await UpdateAsync(updater);
        await UpdateAsync(updater);
        Assert.Single(Logged(LogEvents.HeroesFailed));

        await _redis.StopAsync();
        await UpdateAsync(updater);
        await UpdateAsync(updater);
        Assert.Equal(2, Logged(LogEvents.HeroesFailed).Count);
        await _redis.StartAgainAsync();
        await PutAsync(1, "Ant", 10, 20);

        System.IO.File.Delete(Folder);
        await UpdateAsync(updater);
        Assert.Equal([new Hero(1, "Ant", 10, 20)], await new HeroTable(Store()).ReadAsync());
        Directory.Delete(Folder, recursive: true);
        await PutInTheWayAsync();
        await PutAsync(1, "Ant", 10, 21);
        await UpdateAsync(updater);
        Assert.Equal(3, Logged(LogEvents.HeroesFailed).Count);
    }

    private Task<bool> PutAsync(int id, string name, long attack, long health) => _redis.Database.HashSetAsync(
        GameKeys.Superheros, id, System.Text.Json.JsonSerializer.Serialize(new { name, powerstats = new { attack, health } }));

    private LocalOutputStore Store() => LocalOutputStore.Open(_output.Path);

    private HeroTableUpdater Updater(IOutputStore store) => new(_redis.Connection, store, TimeProvider.System, new LoggerFactory([_log]).CreateLogger<HeroTableUpdater>());

    private static Task UpdateAsync(HeroTableUpdater updater) => updater.UpdateAsync(TestContext.Current.CancellationToken);

    private IReadOnlyList<LoggedEvent> Logged(int id) => [.. _log.Events.Where(one => one.Id == id)];

    private Task HasRowsAsync(params string[][] rows) => Eventually.HoldsAsync(
        () => Rows() is { } found && found.Select(row => string.Join('|', row)).SequenceEqual(rows.Select(row => string.Join('|', row))),
        () => $"other rows in the table than {string.Join("; ", (Rows() ?? []).Select(row => string.Join('|', row)))}");

    private IReadOnlyList<string[]>? Rows()
    {
        try
        {
            return DuckDb.Query($"SELECT superhero_id, name, attack, health FROM read_parquet('{File}')");
        }
        catch (Exception exception) when (exception is DuckDB.NET.Data.DuckDBException or IOException or InvalidOperationException)
        {
            return null;
        }
    }

    // Each update reads the collection. The last one may still write when it has.
    private async Task UpdatesAsync()
    {
        var before = await _redis.CallsAsync("hgetall");
        await Eventually.HoldsAsync(async () => await _redis.CallsAsync("hgetall") > before + 2, () => "three updates of the table");
    }

    private Task PutInTheWayAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder)!);
        return System.IO.File.WriteAllTextAsync(Folder, "", TestContext.Current.CancellationToken);
    }
}
