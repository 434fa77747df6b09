using System.Net;
using Orleans.Configuration;
using Orleans.Dashboard;
using StackExchange.Redis;
using Superhero.Grains;
using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Hosting;

/// <summary>Composes a silo.</summary>
public static class SiloHost
{
    private const string Cluster = "superhero";

    /// <summary>Composes a silo that listens on loopback, joins the cluster in Redis, and shares the connection.</summary>
    public static WebApplication Build(
        SiloOptions options, IConnectionMultiplexer redis, int siloPort, int gatewayPort, int httpPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.AddSiloLogging(options);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, httpPort));
        builder.Services
            .AddSingleton(options)
            .AddSingleton(redis)
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(25));
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = Cluster;
                cluster.ServiceId = Cluster;
            })
            .Configure<Orleans.Configuration.SiloOptions>(named => named.SiloName = $"{options.Games.HostName}-{siloPort}")
            .ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort)
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
            .AddGames(options.Games)
            .AddDashboard());

        // After Orleans, so that it starts later and stops earlier: the games in hand still have a cluster.
        builder.Services.AddHostedService<GameSubscriber>();

        var app = builder.Build();
        app.MapOrleansDashboard(routePrefix: "/dashboard");
        return app;
    }
}
