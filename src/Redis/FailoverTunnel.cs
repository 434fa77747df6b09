using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Superhero.Redis;

/// <summary>Knows the sockets of a connection to Redis, and closes them where it is not one Redis at their other ends that takes writes, as
/// after a failover that keeps connections: the client then connects anew, by name, and learns which one takes them now. What it
/// once learned of a server it does not ask again while the connection lasts.</summary>
internal sealed class FailoverTunnel : Tunnel
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConditionalWeakTable<Socket, object?> _sockets = [];
    private volatile bool _refused;

    /// <inheritdoc />
    public override ValueTask BeforeSocketConnectAsync(EndPoint endPoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        if (socket is not null)
        {
            _sockets.Add(socket, null);
        }

        return default;
    }

    /// <summary>Watches a connection until nobody holds it any more.</summary>
    public void Watch(IConnectionMultiplexer redis)
    {
        redis.ErrorMessage += (_, error) => _refused |= error.Message.Contains("READONLY", StringComparison.Ordinal);
        _ = WatchAsync(new WeakReference<IConnectionMultiplexer>(redis));
    }

    private async Task WatchAsync(WeakReference<IConnectionMultiplexer> watched)
    {
        using var timer = new PeriodicTimer(Period);
        do
        {
            await timer.WaitForNextTickAsync();
        }
        while (Look(watched));
    }

    // Apart from the waiting, which would otherwise hold what is watched.
    private bool Look(WeakReference<IConnectionMultiplexer> watched)
    {
        if (!watched.TryGetTarget(out var redis))
        {
            return false;
        }

        var connected = redis.GetServers().Where(server => server.IsConnected).ToList();
        if (_refused || (connected.Count > 0 && connected.Count(server => !server.IsReplica) != 1))
        {
            _refused = false;
            foreach (var (socket, _) in _sockets)
            {
                Close(socket);
            }
        }

        return true;
    }

    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was closed before.
        }
    }
}
