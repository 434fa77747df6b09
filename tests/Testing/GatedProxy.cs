using System.Net;
using System.Net.Sockets;

namespace Superhero.Testing;

/// <summary>Accepts connections to a local server, and forwards nothing until it is opened.</summary>
public sealed class GatedProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it, closed.</summary>
    /// <param name="target">The port of the server.</param>
    public GatedProxy(int target)
    {
        _listener.Start();
        _ = AcceptAsync(target);
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets everything through, from now on and from before.</summary>
    public void Open() => _open.TrySetResult();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(int target)
    {
        try
        {
            while (true)
            {
                _ = ForwardAsync(await _listener.AcceptTcpClientAsync(), target);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ForwardAsync(TcpClient client, int target)
    {
        using (client)
        {
            await _open.Task;
            using var server = new TcpClient();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
            {
            }
        }
    }
}
