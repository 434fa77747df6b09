using Orleans.Configuration;
using Orleans.Dashboard;
using StackExchange.Redis;
using Superhero.Grains;
using Superhero.Grains.Sweep;
using Superhero.Silo.Health;
using Superhero.Silo.Logging;
using Superhero.Silo.Membership;
using Superhero.Silo.Statistics;
using Superhero.Silo.Subscriber;
using Superhero.Silo.Telemetry;

namespace Superhero.Silo.Hosting;

/// <summary>Composes a silo.</summary>
public static class SiloHost
{
    private const string Cluster = "superhero";

    /// <summary>Composes a silo that joins the cluster in Redis and shares the connection.</summary>
    /// <param name="options">What configures it.</param>
    /// <param name="redis">The connection.</param>
    /// <param name="siloPort">The port that other silos reach it on.</param>
    /// <param name="gatewayPort">The port that clients reach it on.</param>
    /// <param name="httpPort">The port of its pages.</param>
    /// <param name="compose">What a program of another kind adds to the composition.</param>
    public static WebApplication Build(
        SiloOptions options,
        IConnectionMultiplexer redis,
        int siloPort,
        int gatewayPort,
        int httpPort,
        Action<WebApplicationBuilder>? compose = null)
    {
        // The images of .NET set a port for whatever runs in them, and Kestrel would warn that it does not heed it.
        var builder = WebApplication.CreateSlimBuilder(
            ["--hostBuilder:reloadConfigOnChange=false", "--urls=", "--http_ports=", "--https_ports="]);
        builder.Logging.AddSiloLogging(options);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.HttpHost, httpPort));
        if (options.LogFormat == LogFormat.redis)
        {
            builder.Services.AddSingleton<ILoggerProvider, RedisLoggerProvider>();
        }

        builder.Services
            .AddSingleton(options)
            .AddSingleton(redis)
            .AddSingleton<ChannelSubscription>()
            .AddSingleton<PartitionOwnership>()
            .AddSingleton<SubscriberMetrics>()
            .AddKeyedSingleton<TimeProvider>(TimeProviderNames.Membership, new MembershipClock())
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(NameCluster)
            .Configure<Orleans.Configuration.SiloOptions>(named => named.SiloName = $"{options.Games.HostName}-{siloPort}")
            .ConfigureEndpoints(options.SiloHost, siloPort, gatewayPort)
            .UseRedisClustering(clustering =>
            {
                clustering.ConfigurationOptions = new ConfigurationOptions();
                clustering.CreateMultiplexer = _ => Task.FromResult((redis, true));
            })
            .Configure<ClusterMembershipOptions>(membership =>
            {
                // A silo that was killed is passed over by a new one once it has missed three of these.
                membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
                membership.ProbeTimeout = TimeSpan.FromSeconds(2);
                membership.DefunctSiloExpiration = TimeSpan.FromHours(1);
            })
            // A game is called a few times within seconds; its address is of no use for longer.
            .Configure<GrainDirectoryOptions>(directory => directory.CacheSize = 1024)
            .AddGames(options.Games, options.Sweep)
            .AddDashboard());

        // After Orleans, so that they start later and stop earlier: the games in hand still have a cluster.
        builder.Services
            .AddHostedService<MembershipKeeper>()
            .AddHostedService<SweepService>()
            .AddHostedService<GameSubscriber>()
            .AddSiloHealth();
        builder.Services.AddStatistics();

        builder.AddTelemetry(options);
        compose?.Invoke(builder);
        var app = builder.Build();
        options.Password?.Protect(app);
        app.MapStatistics();
        app.MapSiloHealth();
        app.MapPrometheusScrapingEndpoint(TelemetryExtensions.Path);
        app.MapOrleansDashboard(routePrefix: "/dashboard");
        return app;
    }

    /// <summary>Names the cluster that all silos and clients on one Redis belong to.</summary>
    public static void NameCluster(ClusterOptions cluster)
    {
        cluster.ClusterId = Cluster;
        cluster.ServiceId = Cluster;
    }
}
