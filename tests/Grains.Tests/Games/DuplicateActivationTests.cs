using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Games;

/// <summary>Two clusters that know nothing of each other, on one Redis and one output folder: each game has two grains, which a
/// cluster can have for a moment around a failure.</summary>
[Trait("Category", "Integration")]
public sealed class DuplicateActivationTests(DuplicateActivationTests.TwoClusters clusters) : IClassFixture<DuplicateActivationTests.TwoClusters>
{
    public static TheoryData<int> Steps =>
        [LogEvents.Claimed, LogEvents.FileWritten, LogEvents.FileFlushed, LogEvents.FileRenamed, LogEvents.Loaded];

    private IDatabase Database => clusters.Redis.Database;

    [Fact]
    public async Task Two_grains_of_a_game_load_it_once()
    {
        var games = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PutAsync()));
        await Task.WhenAll(games.SelectMany(game => new[] { clusters.One.FinishAsync(game.Token), clusters.Other.FinishAsync(game.Token) }));
        foreach (var game in games)
        {
            // The grain that lost the game learns its outcome from the record.
            Assert.Equal(GameOutcome.Loaded, await clusters.One.FinishAsync(game.Token));
            Assert.Equal(GameOutcome.Loaded, await clusters.Other.FinishAsync(game.Token));
            Assert.Single(FilesOf(game).Select(file => Path.GetFileName(file)).Distinct());
            Assert.Equal(2, FilesOf(game).Length);
        }

        var counted = await CountedAsync();
        Assert.All(games, game => Assert.Equal(1, counted.Count(token => token == game.Token)));
        var tokens = games.Select(game => game.Keys.Token).ToHashSet();
        Assert.Equal(2 * games.Length, DuckDb.Rows(clusters.Output).Count(row => tokens.Contains(row.Game)));
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Silo_paused_at_a_step_while_another_loads_its_games_changes_nothing_afterwards(int step)
    {
        MadeGame[] games = [await PutAsync(), await PutAsync()];
        var pauses = games.Select(game => clusters.One.Log.Pause(game.Token, step)).ToList();
        var late = games.Select(game => clusters.One.FinishAsync(game.Token)).ToList();
        foreach (var (game, pause) in games.Zip(pauses))
        {
            await pause.ReachedAsync();
            Assert.Equal(GameOutcome.Loaded, await clusters.Other.FinishAsync(game.Token));
        }

        Assert.DoesNotContain(await clusters.Redis.PersistentKeysAsync(), IsOfOne);

        // The record of the second game is gone by the time that the silo continues.
        await Database.KeyDeleteAsync(RecordKey.Of(games[1].Token));
        var before = await ContentsAsync(games);
        pauses.ForEach(pause => pause.Resume());
        await Eventually.HoldsAsync(() => late.TrueForAll(one => one.IsCompleted), () => $"the paused silo to end. {clusters.One.Log.Describe()}");

        Assert.Equal(before, await ContentsAsync(games));
        Assert.Equal(4, before.Count);
        var counted = await CountedAsync();
        foreach (var game in games)
        {
            Assert.Equal(1, counted.Count(token => token == game.Token));
            Assert.False(await Database.HashExistsAsync(QuarantineStore.Key, game.Keys.Token));
        }

        Assert.All(clusters.Redis.GameKeys().Where(IsOfOne), key => Assert.Equal($"{RecordKey.Of(games[0].Token)}", key));

        bool IsOfOne(string key) => games.Any(game => key.Contains(game.Keys.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Late_end_touches_nothing_if_another_attempt_has_the_game()
    {
        var game = await PutAsync();
        var pause = clusters.One.Log.Pause(game.Token, LogEvents.FileRenamed);
        var late = clusters.One.FinishAsync(game.Token);
        await pause.ReachedAsync();
        await Database.HashSetAsync(RecordKey.Of(game.Token), "attempt", 2);
        pause.Resume();
        Assert.Equal(GameOutcome.Waiting, await late.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken));
        Assert.True(await game.IsUntouchedAsync());
        Assert.Equal("Claimed", await Database.HashGetAsync(RecordKey.Of(game.Token), "stage"));
        Assert.DoesNotContain(game.Token, await CountedAsync());
    }

    private Task<MadeGame> PutAsync() => new MadeGame(Database).PutAsync();

    private string[] FilesOf(MadeGame game) => Directory.GetFiles(clusters.Output, $"{game.Token}*", SearchOption.AllDirectories);

    private async Task<List<Guid>> CountedAsync() =>
        [.. LoadedGame.AllIn(await Database.ListRangeAsync(StatisticsKeys.Latest)).Select(game => game.Game)];

    private async Task<IReadOnlyDictionary<string, string>> ContentsAsync(IEnumerable<MadeGame> games)
    {
        Dictionary<string, string> contents = [];
        foreach (var file in games.SelectMany(FilesOf))
        {
            contents[file] = Convert.ToHexString(await File.ReadAllBytesAsync(file));
        }

        return contents;
    }

    public sealed class TwoClusters : IAsyncLifetime
    {
        private readonly TemporaryFolder _output = new();

        public string Output => _output.Path;

        public RealRedis Redis { get; private set; } = null!;

        public GrainCluster One { get; private set; } = null!;

        public GrainCluster Other { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Redis = await RealRedis.StartAsync();
            One = await StartAsync("one");
            Other = await StartAsync("other");
        }

        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Other.DisposeAsync();
            await Redis.DisposeAsync();
            _output.Dispose();
        }

        private Task<GrainCluster> StartAsync(string host) =>
            GrainCluster.StartAsync(Redis.Options, Output, host: host, expiry: TimeSpan.Zero, hold: TimeSpan.Zero);
    }
}
