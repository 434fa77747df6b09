using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Superhero.Testing;

/// <summary>Stands between clients and a server on loopback, and can dial the server anew without its clients noticing:
/// to them all is well, and the server has forgotten what they had subscribed to.</summary>
public sealed class ForgetfulProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Link> _links = [];

    private readonly Action<Span<byte>>? _rewrite;

    public ForgetfulProxy(int server, Action<Span<byte>>? rewrite = null)
    {
        Server = server;
        _rewrite = rewrite;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port of the server that those who connect from now on get; the connections that are there keep theirs.</summary>
    public int Server { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Stands before a Redis and lets it say that it is of another version.</summary>
    public static ForgetfulProxy OfVersion(int server, string version)
    {
        var said = Encoding.ASCII.GetBytes($"redis_version:{version}");
        return new ForgetfulProxy(server, answer =>
        {
            if (answer.IndexOf("redis_version:"u8) is >= 0 and var at)
            {
                said.CopyTo(answer[at..]);
            }
        });
    }

    /// <summary>Makes the server forget what was subscribed to. Where there are only questions and answers nothing is dialled anew:
    /// an answer that is lost on its way would make every later one the answer to another question.</summary>
    public void Forget()
    {
        lock (_links)
        {
            _links.Where(link => link.Subscribes).ToList().ForEach(link => link.Redial());
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_links)
        {
            _links.ForEach(link => link.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var link = new Link(await _listener.AcceptTcpClientAsync(), Server, _rewrite);
            lock (_links)
            {
                _links.Add(link);
            }
        }
    }

    private sealed class Link : IDisposable
    {
        private readonly TcpClient _client;
        private readonly int _port;
        private readonly Action<Span<byte>>? _rewrite;
        private volatile TcpClient _server;
        private volatile bool _subscribes;

        public Link(TcpClient client, int port, Action<Span<byte>>? rewrite)
        {
            _rewrite = rewrite;
            _client = client;
            _port = port;
            _server = new TcpClient("127.0.0.1", port);
            _ = UpAsync();
            _ = DownAsync();
        }

        public bool Subscribes => _subscribes;

        public void Redial()
        {
            var old = _server;
            _server = new TcpClient("127.0.0.1", _port);
            old.Dispose();
        }

        public void Dispose()
        {
            _client.Dispose();
            _server.Dispose();
        }

        private async Task UpAsync()
        {
            var buffer = new byte[65536];
            while (await _client.GetStream().ReadAsync(buffer) is > 0 and var length)
            {
                _subscribes |= buffer.AsSpan(0, length).IndexOf("SUBSCRIBE"u8) >= 0;
                await ForwardAsync(buffer.AsMemory(0, length));
            }

            Dispose();
        }

        private async Task ForwardAsync(ReadOnlyMemory<byte> bytes)
        {
            var server = _server;
            try
            {
                await server.GetStream().WriteAsync(bytes);
            }
            catch (Exception exception) when (server != _server && exception is IOException or ObjectDisposedException or InvalidOperationException)
            {
                await _server.GetStream().WriteAsync(bytes);
            }
        }

        private async Task DownAsync()
        {
            var buffer = new byte[65536];
            while (true)
            {
                var server = _server;
                try
                {
                    while (await server.GetStream().ReadAsync(buffer) is > 0 and var length)
                    {
                        _rewrite?.Invoke(buffer.AsSpan(0, length));
                        await _client.GetStream().WriteAsync(buffer.AsMemory(0, length));
                    }
                }
                catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
                {
                    // Either the server was dialled anew, or all is over.
                }

                if (server == _server)
                {
                    _client.Dispose();
                    return;
                }
            }
        }
    }
}
