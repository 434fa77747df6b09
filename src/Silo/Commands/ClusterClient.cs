using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using StackExchange.Redis;
using Superhero.Silo.Hosting;
using Superhero.Silo.Tls;

namespace Superhero.Silo.Commands;

/// <summary>A client of the cluster, for commands that ask something of the silos.</summary>
internal sealed class ClusterClient : IAsyncDisposable
{
    // Without it a client waits for minutes for a first silo.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly IHost _host;

    private ClusterClient(IHost host) => _host = host;

    /// <summary>The cluster's grains.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Connects to whichever silo is up.</summary>
    /// <exception cref="IOException">None is, or none lets this command in.</exception>
    public static async Task<ClusterClient> ConnectAsync(CommandContext context, IConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(SiloApplicationBuilderExtensions.NameCluster)
            .UseRedisClustering(_ => { }));
        builder.Services.AddSingleton(redis).ShareRedisConnection();
        builder.Services.AddSingleton(Options.Create(context.Options<ClusterTlsOptions>()));
        ClusterTls.AddTo(builder.Services);
        var host = builder.Build();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ConnectTimeout);
        try
        {
            await host.StartAsync(timeout.Token);
            return new ClusterClient(host);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            using (host)
            {
                var silos = (await host.Services.GetRequiredService<IGatewayListProvider>().GetGateways()).Count;
                throw new IOException(silos == 0
                    ? "No silo can be reached; start one first."
                    : $"None of the cluster's {silos} silos answers; this command must be able to reach them, and have a certificate from their authority where they have SILO_TLS_CA.");
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
