using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>Silos on a redis-server and an output folder that several test classes share: each test has games of its own.</summary>
public class SharedCluster : IAsyncLifetime
{
    /// <summary>The collection of the classes that share the clusters.</summary>
    public const string Collection = "shared clusters";

    /// <summary>The number of log lines that the silos read at once.</summary>
    public const int PageLength = 1000;

    private readonly TemporaryFolder _output = new();
    private readonly TemporaryFolder _archive = new();

    public RealRedis Redis { get; private set; } = null!;

    public IDatabase Database => Redis.Database;

    public GrainCluster Cluster { get; private set; } = null!;

    public string Output => _output.Path;

    public string Archive => _archive.Path;

    public virtual async ValueTask InitializeAsync()
    {
        Redis = await RealRedis.StartAsync();
        Cluster = await GrainCluster.StartAsync(Redis.Options, Output, silos: 2, archive: Archive, pageLength: PageLength);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Redis.DisposeAsync();
        _output.Dispose();
        _archive.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Puts a game into Redis.</summary>
    public Task<MadeGame> PutAsync(string status = GameStatus.Completed) => new MadeGame(Database).PutAsync(status);

    /// <summary>The files of a game.</summary>
    public string[] FilesOf(MadeGame game) => Directory.GetFiles(Output, $"{game.Token}*", SearchOption.AllDirectories);

    /// <summary>The rows of a game in both tables, by rank.</summary>
    public IEnumerable<ExpectedRow> RowsOf(MadeGame game) => DuckDb.Rows(Output, game.Keys.Token).OrderBy(row => row.Rank);

    /// <summary>Puts a folder where a file of a game belongs, so that the game fails until the folder is removed.</summary>
    public DirectoryInfo Block(MadeGame game, string table) =>
        Directory.CreateDirectory(Path.Combine(Output, "superhero", table, $"{game.Token}_silo.gz.parquet"));
}

/// <summary>The same with a sweep, which runs every second.</summary>
public sealed class SweepingCluster : SharedCluster
{
    // The first passes hand on every finished game, later ones only what the pass before has seen, too.
    private const int UrgentPasses = 3;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Cluster.SweepAsync();
        await Eventually.HoldsAsync(() => Cluster.Log.Of(LogEvents.SweepPassed).Count > UrgentPasses, () => $"the first passes. {Cluster.Log.Describe()}");
    }
}

/// <summary>Shares the clusters.</summary>
[CollectionDefinition(SharedCluster.Collection)]
public sealed class SharedClusters : ICollectionFixture<SharedCluster>, ICollectionFixture<SweepingCluster>;
