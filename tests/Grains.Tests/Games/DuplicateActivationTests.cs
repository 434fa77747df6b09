using System.Collections.Concurrent;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Statistics;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

/// <summary>Two clusters that know nothing of each other, on one Redis and one output folder: each game has two grains,
/// which is what a cluster can have for a moment around a failure.</summary>
[Trait("Category", "Integration")]
public sealed class DuplicateActivationTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;

    public static TheoryData<string> Steps =>
        ["LogClaimed", "LogWritten", "LogFlushed", "LogRenamed", "LogLoaded"];

    private string[] Files => GameAssertions.Files(_output.Path);

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task Two_grains_over_one_record_make_one_set_of_files()
    {
        await using var one = await ClusterAsync("one");
        await using var other = await ClusterAsync("other");
        var games = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => new MadeGame(_redis.Database).PutAsync()));
        await Task.WhenAll(games.SelectMany(game => new[] { one.FinishAsync(game.Token), other.FinishAsync(game.Token) }));
        foreach (var game in games)
        {
            // Whoever lost the game is told now what has become of it.
            Assert.Equal(GameOutcome.Loaded, await one.FinishAsync(game.Token));
            Assert.Equal(GameOutcome.Loaded, await other.FinishAsync(game.Token));
        }

        Assert.Equal(games.Length, await _redis.Database.HashGetAsync(StatisticsKeys.Totals, "loaded"));
        Assert.Equal(2 * games.Length, Files.Length);
        Assert.Equal(2 * games.Length, DuckDb.Rows(_output.Path).Count);
        Assert.Equal(games.Length, Files.Select(file => Path.GetFileName(file)).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_silo_that_stood_still_while_another_did_its_games_does_no_harm(string step)
    {
        // The record of the second game is gone by the time that the silo goes on.
        MadeGame[] games = [await new MadeGame(_redis.Database).PutAsync(), await new MadeGame(_redis.Database).PutAsync()];
        using var reached = new CountdownEvent(games.Length);
        using var goOn = new ManualResetEventSlim();
        ConcurrentDictionary<Guid, bool> stopped = [];
        using var standStill = new LogHook((name, line) =>
        {
            if (name == step
                && games.First(game => line.Contains(game.Keys.Token, StringComparison.Ordinal)) is var game
                && stopped.TryAdd(game.Token, true))
            {
                reached.Signal();
                goOn.Wait();
            }
        });
        await using var zombie = await ClusterAsync("zombie", standStill);
        await using var other = await ClusterAsync("other");

        var late = games.Select(game => Task.Run(() => zombie.FinishAsync(game.Token), TestContext.Current.CancellationToken)).ToList();
        reached.Wait(TestContext.Current.CancellationToken);
        foreach (var game in games)
        {
            Assert.Equal(GameOutcome.Loaded, await other.FinishAsync(game.Token));
            Assert.NotNull(await _redis.Database.KeyTimeToLiveAsync(RecordKey.Of(game.Token)));
        }

        await _redis.Database.KeyDeleteAsync(RecordKey.Of(games[1].Token));
        var before = await ContentsAsync();
        goOn.Set();
        await Task.WhenAll(late).ContinueWith(_ => { }, TaskScheduler.Default);

        Assert.Equal(before, await ContentsAsync());
        Assert.Equal(4, before.Count);
        Assert.Equal(games.Length, await _redis.Database.HashGetAsync(StatisticsKeys.Totals, "loaded"));
        Assert.False(await _redis.Database.KeyExistsAsync("superhero/quarantine"));
        Assert.Equal([$"{RecordKey.Of(games[0].Token)}"], _redis.GameKeys());
    }

    [Fact]
    public async Task A_late_end_touches_nothing_when_the_game_is_no_longer_its_own()
    {
        using var written = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var standStill = new LogHook((name, _) =>
        {
            if (name == "LogRenamed")
            {
                written.Set();
                goOn.Wait();
            }
        });
        var game = await new MadeGame(_redis.Database).PutAsync();
        await using var zombie = await ClusterAsync("zombie", standStill);
        var late = Task.Run(() => zombie.FinishAsync(game.Token), TestContext.Current.CancellationToken);
        written.Wait(TestContext.Current.CancellationToken);
        await _redis.Database.HashSetAsync(RecordKey.Of(game.Token), "attempt", 2);
        goOn.Set();
        Assert.Equal(GameOutcome.Waiting, await late);
        Assert.True(await game.IsUntouchedAsync());
        Assert.Equal("Claimed", await _redis.Database.HashGetAsync(RecordKey.Of(game.Token), "stage"));
        Assert.False(await _redis.Database.KeyExistsAsync(StatisticsKeys.Totals));
    }

    private Task<GrainCluster> ClusterAsync(string host, LogHook? logs = null) =>
        GrainCluster.StartAsync(_redis.Options, _output.Path, host: host, expiry: TimeSpan.Zero, logs: logs, hold: TimeSpan.Zero);

    private async Task<IReadOnlyDictionary<string, string>> ContentsAsync()
    {
        Dictionary<string, string> contents = [];
        foreach (var file in Files)
        {
            contents[file] = Convert.ToHexString(await File.ReadAllBytesAsync(file));
        }

        return contents;
    }
}
