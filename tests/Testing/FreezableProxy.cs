using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Superhero.Testing;

/// <summary>Stands between a Redis and all who connect to it, and can freeze the link of one replica: its master still takes the replica
/// for online, and nothing passes between the two.</summary>
public sealed partial class FreezableProxy : IDisposable
{
    private const int MaxHandshake = 4096;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _connections = [];
    private readonly int _server;
    private volatile TaskCompletionSource _thawed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _frozen;

    public FreezableProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets nothing pass any more from or to a replica.</summary>
    /// <param name="replica">The port on which it listens.</param>
    public void Freeze(int replica) => _frozen = replica;

    /// <summary>Forwards the data that waits, and all that follows.</summary>
    public void Thaw()
    {
        _frozen = 0;
        Interlocked.Exchange(ref _thawed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_connections)
        {
            _connections.ForEach(connection => connection.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var (client, server) = (await _listener.AcceptTcpClientAsync(), new TcpClient());
            lock (_connections)
            {
                _connections.AddRange([client, server]);
            }

            _ = ForwardAsync(client, server);
        }
    }

    private async Task ForwardAsync(TcpClient client, TcpClient server)
    {
        var (replica, looked) = (0, 0);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server);
            await Task.WhenAny(
                PumpAsync(client, server, bytes =>
                {
                    // A replica says where it listens before it becomes one.
                    if (replica == 0 && (looked += bytes.Length) < MaxHandshake && ListeningPort().Match(Encoding.ASCII.GetString(bytes)) is { Success: true } said)
                    {
                        replica = int.Parse(said.Groups["port"].ValueSpan, provider: null);
                    }
                }),
                PumpAsync(server, client, _ => { }));
        }
        catch (SocketException)
        {
        }

        client.Dispose();
        server.Dispose();

        async Task PumpAsync(TcpClient from, TcpClient to, Action<byte[]> onBytes)
        {
            try
            {
                var buffer = new byte[65536];
                while (await from.GetStream().ReadAsync(buffer) is > 0 and var length)
                {
                    onBytes(buffer[..length]);
                    while (replica != 0 && replica == _frozen)
                    {
                        await _thawed.Task.WaitAsync(TimeSpan.FromMilliseconds(100)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }

                    await to.GetStream().WriteAsync(buffer.AsMemory(0, length));
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // Either end went.
            }
        }
    }

    [GeneratedRegex(@"listening-port\r\n\$\d+\r\n(?<port>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex ListeningPort();
}
