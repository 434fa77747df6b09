using Orleans.Configuration;
using StackExchange.Redis;
using Superhero.Silo.Hosting;

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
    /// <exception cref="IOException">None is.</exception>
    public static async Task<ClusterClient> ConnectAsync(IConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(SiloApplicationBuilderExtensions.NameCluster)
            .UseRedisClustering(_ => { }));
        builder.Services.AddSingleton(redis).ShareRedisConnection();
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
            host.Dispose();
            throw new IOException("No silo can be reached; start one first.");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
