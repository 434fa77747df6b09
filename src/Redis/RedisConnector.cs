using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Connects to a Redis that may not be there yet.</summary>
public static class RedisConnector
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(15);

    // A Redis without TLS answers a handshake with an error, by closing the connection, or not at all.
    private static readonly string[] NoHandshake = ["EOF", "frame", "operation canceled"];

    /// <summary>Does as the overload below, for options that stay as they are.</summary>
    public static Task<IConnectionMultiplexer> ConnectAsync(
        RedisOptions options, Action<string, TimeSpan> onFailure, CancellationToken cancellationToken, Action<ConfigurationOptions>? configure = null) =>
        ConnectAsync(() => options, onFailure, cancellationToken, configure);

    /// <summary>Tries until Redis answers and can be written, waiting 1, 2, 4, 8 and then 15 seconds between the tries.</summary>
    /// <param name="latest">Reads where Redis is and how to log in; asked again for each connection.</param>
    /// <param name="onFailure">Told of each failed try: the reason, in one line, and the wait before the next.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="configure">Sets what else the client is to be; null for nothing.</param>
    /// <exception cref="RedisClusterException">It is a cluster.</exception>
    /// <exception cref="RedisVersionException">It is of a release before 6.2.</exception>
    /// <exception cref="RedisCommandException">It has no such database.</exception>
    public static async Task<IConnectionMultiplexer> ConnectAsync(
        Func<RedisOptions> latest, Action<string, TimeSpan> onFailure, CancellationToken cancellationToken, Action<ConfigurationOptions>? configure = null)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < MaxWait ? wait * 2 : MaxWait)
        {
            ConnectionMultiplexer? redis = null;
            try
            {
                var tunnel = new FailoverTunnel();
                var options = latest();
                var configuration = options.ToConfiguration(latest);
                configuration.Tunnel = tunnel;
                configure?.Invoke(configuration);
                redis = await ConnectionMultiplexer.ConnectAsync(configuration).WaitAsync(cancellationToken);
                tunnel.Watch(redis);
                ThrowIfCluster(redis);
                ThrowIfOld(redis);
                await WriteAsync(redis.GetDatabase()).WaitAsync(cancellationToken);
                await ReplicaAcknowledgement.WatchAsync(redis, options).WaitAsync(cancellationToken);
                return redis;
            }
            catch (Exception exception)
            {
                await (redis?.DisposeAsync() ?? ValueTask.CompletedTask);
                if (exception is not (RedisException or TimeoutException))
                {
                    throw;
                }

                onFailure(await ReasonAsync(exception, latest()), wait);
            }

            await Task.Delay(wait, cancellationToken);
        }
    }

    private static void ThrowIfCluster(ConnectionMultiplexer redis)
    {
        if (redis.GetServers().Any(server => server.ServerType == ServerType.Cluster))
        {
            throw new RedisClusterException();
        }
    }

    private static void ThrowIfOld(ConnectionMultiplexer redis)
    {
        if (redis.GetServers().Where(server => server.IsConnected).Select(server => server.Version).Min() is { } version && version < RedisOptions.LeastVersion)
        {
            throw new RedisVersionException(version);
        }
    }

    // One that is full, or a copy of another, takes no writes, and one may forbid scripts; with it nothing would work.
    // A proxy in front of several servers refuses keys that lie on different ones.
    private static async Task WriteAsync(IDatabase redis)
    {
        try
        {
            await redis.ScriptEvaluateAsync(
                "redis.call('SET', KEYS[1], '', 'PX', 1); return redis.call('SET', KEYS[2], '', 'PX', 1)",
                [$"superhero/health/start/{Guid.NewGuid():N}", $"superhero/health/start/{Guid.NewGuid():N}"]);
        }
        catch (RedisServerException exception) when (exception.Message.Contains("CROSSSLOT", StringComparison.OrdinalIgnoreCase))
        {
            throw new RedisClusterException();
        }
    }

    // The outer message advises on options of the client, which users of this project do not have. The inner one is the cause.
    private static async Task<string> ReasonAsync(Exception exception, RedisOptions options) => exception.GetBaseException().Message.ReplaceLineEndings(" ") switch
    {
        var text when text.Contains("requires writable", StringComparison.Ordinal) || text.StartsWith("READONLY", StringComparison.Ordinal) =>
            "it is a replica of another one, and takes no writes",
        var text when text.Contains("configured primary", StringComparison.Ordinal) => "its sentinels know no such master, or it can't be reached where they say",
        var text when options.Ssl && NoHandshake.Any(part => text.Contains(part, StringComparison.OrdinalIgnoreCase)) =>
            $"it does not answer as TLS demands ({text.TrimEnd('.')}); is REDIS_SSL right?",
        var text when text.Contains("not possible to connect", StringComparison.Ordinal) || text.Contains("UnableToConnect", StringComparison.Ordinal) =>
            await UnresolvedAsync(options) ?? "nobody answers there",
        var text => text,
    };

    private static async Task<string?> UnresolvedAsync(RedisOptions options)
    {
        foreach (var host in options.HostNames)
        {
            try
            {
                await Dns.GetHostAddressesAsync(host);
            }
            catch (Exception exception) when (exception is SocketException or ArgumentException)
            {
                return $"the name {host} can't be resolved";
            }
        }

        return null;
    }
}
