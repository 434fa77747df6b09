using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>An embedded Redis of a test's own, on loopback, and a connection to it.</summary>
public sealed class OwnEmbeddedRedis : IAsyncDisposable
{
    private readonly EmbeddedRedis _server;

    private OwnEmbeddedRedis(RedisOptions options) => (Options, _server) = (options, new EmbeddedRedis(options.Port));

    public RedisOptions Options { get; }

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public IDatabase Database => Connection.GetDatabase();

    /// <summary>Starts it.</summary>
    public static async Task<OwnEmbeddedRedis> StartAsync(CancellationToken cancellationToken)
    {
        var redis = new OwnEmbeddedRedis(new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() });
        redis.Connection = await RedisConnector.ConnectAsync(redis.Options, (_, _) => { }, cancellationToken);
        return redis;
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _server.Dispose();
    }
}
