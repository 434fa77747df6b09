using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.Dashboard;
using StackExchange.Redis;
using Superhero.Grains;
using Superhero.Grains.Games;
using Superhero.Grains.Compaction;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Silo.Access;
using Superhero.Silo.Health;
using Superhero.Silo.Logging;
using Superhero.Silo.Membership;
using Superhero.Silo.Network;
using Superhero.Silo.Statistics;
using Superhero.Silo.Subscriber;
using Superhero.Silo.Telemetry;
using Superhero.Silo.Tls;

namespace Superhero.Silo.Hosting;

/// <summary>Says what a silo consists of.</summary>
public static class SiloApplicationBuilderExtensions
{
    private const string Cluster = "superhero";

    /// <summary>Adds a silo that joins the cluster in Redis: the subscriber, the games' grains and the sweep, the pages, the
    /// health checks and the telemetry.</summary>
    public static WebApplicationBuilder AddSilo(this WebApplicationBuilder builder, IConfiguration settings)
    {
        SiloSettings.All.AddTo(builder.Services, settings);
        builder.Logging.AddSiloLogging();
        builder.Services
            .AddSingleton<IFatalErrorHandler, FatalErrorHandler>()
            .AddSingleton<RedisConnection>()
            .AddSingleton(services => services.GetRequiredService<RedisConnection>().Multiplexer)
            .AddSingleton<SiloPorts>()
            .AddSingleton(SteadyClock.Instance)
            .AddSingleton<TimeProvider>(SteadyClock.Instance)
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));

        // Before Orleans, so that it starts earlier and stops later: others hand over the games of this silo's share in the
        // moment in which they see it come, and take them in which they see it go.
        builder.Services
            .AddSingleton<ChannelSubscription>()
            .AddSingleton<PartitionOwnership>()
            .AddSingleton<OverheardGames>()
            .AddSingleton<GamesInHand>()
            .AddSingleton<GameShare>()
            .AddSingleton<UnknownGames>()
            .AddSingleton<GameDelivery>()
            .AddSingleton<Rehearsal>()
            .AddSingleton<SubscriberMetrics>()
            .AddHostedService<GameSubscriber>();
        builder.UseOrleans(silo => silo.AddCluster().AddGames().AddDashboard(dashboard => dashboard.CounterUpdateIntervalMs = 5000));

        // After Orleans, so that they start later and stop earlier.
        builder.Services
            .AddHostedService<MembershipKeeper>()
            .AddHostedService<SweepService>()
            .AddHostedService<CompactionService>()
            .AddSiloHealth()
            .AddStatistics()
            .AddPageAccess();
        builder.AddTelemetry();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForPages(kestrel.ApplicationServices.GetRequiredService<SiloPorts>().Http));
        return builder;
    }

    /// <summary>Maps the silo's pages.</summary>
    public static void MapSilo(this WebApplication app)
    {
        app.UseAllowedHosts();
        app.MapStatistics();
        app.MapSiloHealth();
        app.MapPrometheusScrapingEndpoint(TelemetryExtensions.Path);
        app.MapOrleansDashboard(routePrefix: "/dashboard");
    }

    /// <summary>Names the cluster that all silos and clients on one Redis belong to.</summary>
    internal static void NameCluster(ClusterOptions cluster)
    {
        cluster.ClusterId = Cluster;
        cluster.ServiceId = Cluster;
    }

    /// <summary>Lets Orleans' clustering use the connection that is there.</summary>
    internal static void ShareRedisConnection(this IServiceCollection services) =>
        services.AddOptions<RedisClusteringOptions>().Configure<IConnectionMultiplexer>((clustering, redis) =>
        {
            clustering.ConfigurationOptions = new ConfigurationOptions();
            clustering.CreateMultiplexer = _ => Task.FromResult((redis, true));
        });

    private static ISiloBuilder AddCluster(this ISiloBuilder silo)
    {
        silo.Services.ShareRedisConnection();
        ClusterTls.AddTo(silo.Services);
        silo.Services.AddOptions<SiloOptions>().Configure<IOptions<GameOptions>, SiloPorts>(
            (named, games, ports) => named.SiloName = $"{games.Value.HostName}-{ports.Silo}");
        silo.Services.AddOptions<EndpointOptions>().Configure<IOptions<SiloEndpointOptions>, SiloPorts>((endpoints, options, ports) =>
        {
            endpoints.AdvertisedIPAddress = options.Value.Address!;
            endpoints.SiloPort = ports.Silo;
            endpoints.GatewayPort = ports.Gateway;
        });
        silo.Configure<ClusterOptions>(NameCluster).UseRedisClustering(_ => { });
        silo.Services.AddClusterMembership();
        return silo
            .Configure<ClusterMembershipOptions>(membership =>
            {
                // A silo that was killed is passed over by a new one once it has missed three of these.
                membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
                membership.ProbeTimeout = TimeSpan.FromSeconds(2);

                // While something came from a silo within three of these it is not declared dead, so one that stands still
                // is after that.
                membership.MaxProbeTimeout = TimeSpan.FromSeconds(2.5);
                membership.DefunctSiloExpiration = TimeSpan.FromHours(1);

                // Each silo by three others is enough, and what a silo does without games does not grow with the cluster.
                membership.NumProbedSilos = 3;

                // The start of a silo would be compared with a clock that has been set back since, and all that join be evicted. One that
                // hangs while it joins does not answer probes.
                membership.EvictWhenMaxJoinAttemptTimeExceeded = false;
            })

            // Each tells all others how busy it is. Nobody asks: a game is where its hash says.
            .Configure<DeploymentLoadPublisherOptions>(load => load.DeploymentLoadPublisherRefreshTime = TimeSpan.FromMinutes(1))

            // A game is called a few times within seconds; its address is of no use for longer.
            .Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 1024);
    }
}
