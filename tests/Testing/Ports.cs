using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Superhero.Testing;

/// <summary>TCP ports on loopback.</summary>
public static class Ports
{
    // Between those that silos try on their own and those that the system gives to whoever asks for any: a process that is
    // away for a while finds its port free when it is back.
    private const int First = 17_000;
    private const int End = 29_000;

    private static readonly ConcurrentDictionary<int, bool> Given = [];

    /// <summary>A port that nobody listens on, and that is given to nobody else.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            if (Given.TryAdd(port, true) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
