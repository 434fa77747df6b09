using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;
using Superhero.Grains;
using Superhero.Grains.Archive;
using Superhero.Grains.Compaction;
using Superhero.Grains.Games;
using Superhero.Grains.Heroes;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>Silos within the test's process without the subscriber and the page: the grains and what they need. They clean, unless a test
/// says otherwise, on a Redis that runs already.</summary>
public sealed class GrainCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;
    private readonly IConnectionMultiplexer _redis;
    private readonly GrainLog _log;

    private GrainCluster(InProcessTestCluster cluster, IConnectionMultiplexer redis, GrainLog log)
    {
        _cluster = cluster;
        _redis = redis;
        _log = log;
    }

    public IGrainFactory Grains => _cluster.Client;

    /// <summary>What its silos log, and the interruptions of them.</summary>
    public GrainLog Log => _log;

    /// <summary>Starts a cluster.</summary>
    /// <param name="redis">Where Redis is.</param>
    /// <param name="output">The output folder.</param>
    /// <param name="silos">How many silos it has.</param>
    /// <param name="host">The host name of all its silos.</param>
    /// <param name="expiry">REDIS_EXPIRY; null for five minutes.</param>
    /// <param name="clean">CLEAN_ROUTINE.</param>
    /// <param name="logs">Receives the log, too.</param>
    /// <param name="archive">ARCHIVE_DIR.</param>
    /// <param name="hold">For how long a claim keeps other clusters away.</param>
    /// <param name="pageLength">How many lines of a log are read at once.</param>
    /// <param name="compactAfter">COMPACT_AFTER.</param>
    public static async Task<GrainCluster> StartAsync(
        RedisOptions redis, string output, int silos = 1, string host = "silo", TimeSpan? expiry = null, bool clean = true,
        ILoggerProvider? logs = null, string? archive = null, TimeSpan? hold = null, int? pageLength = null, TimeSpan compactAfter = default)
    {
        var connection = await RedisConnector.ConnectAsync(redis, (_, _) => { }, CancellationToken.None);
        var log = new GrainLog();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(connection);
            silo.Services
                .Configure<OutputOptions>(options => options.Directory = output)
                .Configure<ArchiveOptions>(options => options.Directory = archive)
                .Configure<LedgerOptions>(options => (options.Hold, options.PageLength) = (hold ?? options.Hold, pageLength ?? options.PageLength))
                .Configure<CompactionOptions>(options => options.After = compactAfter)
                .Configure<SweepOptions>(options => options.Interval = TimeSpan.FromSeconds(1))
                .Configure<HeroOptions>(options => options.Interval = TimeSpan.FromSeconds(1))
                .Configure<GameOptions>(options =>
                {
                    options.HostName = host;
                    options.Clean = clean;
                    options.Expiry = expiry ?? TimeSpan.FromMinutes(5);
                });
            silo.AddGames();
        });
        builder.ConfigureSiloHost((_, silo) =>
        {
            silo.Logging.AddProvider(log).AddFilter<GrainLog>(null, LogLevel.Warning).AddFilter<GrainLog>("Superhero", LogLevel.Debug);
            if (logs is not null)
            {
                silo.Logging.AddProvider(logs).AddFilter("Superhero", LogLevel.Debug);
            }
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new GrainCluster(cluster, connection, log);
    }

    public Task<GameOutcome> FinishAsync(Guid game, string? leavingUser = MadeGame.User) => Grains.GetGrain<IGameGrain>(game).Finish(leavingUser);

    /// <summary>The commands that its silos send to Redis from now on, once the session is finished.</summary>
    public ProfilingSession Profile()
    {
        var session = new ProfilingSession();
        _redis.RegisterProfiler(() => session);
        return session;
    }

    /// <summary>Starts the sweep, which then runs every second, as does the update of the table of heroes.</summary>
    public Task SweepAsync() => Grains.GetGrain<ISweepGrain>(0).Run();

    /// <summary>Starts the compaction.</summary>
    public Task CompactAsync() => Grains.GetGrain<ICompactionGrain>(0).Run();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
