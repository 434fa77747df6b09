using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Superhero.Testing;

/// <summary>TCP ports on loopback.</summary>
public static class Ports
{
    // Between the ports that silos choose and those that the system gives to clients: a process that restarts finds its port free.
    private const int First = 17_000;
    private const int End = 29_000;

    // A name in the kernel belongs to one process until that ends. A lock file would depend on TMPDIR, which two runs of the tests need
    // not have in common.
    private static readonly ConcurrentDictionary<int, Socket> Reserved = [];

    /// <summary>A port that nobody listens on, and that no run of the tests on this machine gets while this one lasts.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            if (TryReserve(port) && IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool TryReserve(int port)
    {
        var reservation = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            reservation.Bind(new UnixDomainSocketEndPoint($"\0superhero-test-port-{port}"));
            return Reserved.TryAdd(port, reservation);
        }
        catch (SocketException)
        {
            reservation.Dispose();
            return false;
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
