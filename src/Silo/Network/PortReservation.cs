using System.Net;
using System.Net.Sockets;
using Superhero.Settings;

namespace Superhero.Silo.Network;

/// <summary>A port that this process will listen on. Silos that start at the same moment on one machine each get their
/// own, because the choice is held by a named socket until the process ends, however it ends.</summary>
public sealed class PortReservation : IDisposable
{
    private const int Tries = 1000;
    private readonly IDisposable _held;

    private PortReservation(int port, IDisposable held)
    {
        Port = port;
        _held = held;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Reserves the wanted port, or the first free one from a default on.</summary>
    /// <param name="variable">The variable that names the port, for the message.</param>
    /// <param name="port">The port that was asked for; null leaves the choice to this method.</param>
    /// <param name="defaultPort">The first port to try where none was asked for.</param>
    /// <param name="address">The address to listen on; null means loopback.</param>
    /// <exception cref="SettingException">The wanted port is taken, or none is free.</exception>
    public static PortReservation Reserve(string variable, int? port, int defaultPort, IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        if (port is { } wanted)
        {
            return TryReserve(variable, address, wanted) ?? throw new SettingException(variable, $"{wanted}", "a port that is free, or leave it unset");
        }

        return Enumerable.Range(defaultPort, Tries).Select(candidate => TryReserve(variable, address, candidate)).FirstOrDefault(reservation => reservation is not null)
            ?? throw new SettingException(variable, "", $"a free port; none from {defaultPort} to {defaultPort + Tries - 1} is");
    }

    /// <inheritdoc />
    public void Dispose() => _held.Dispose();

    private static PortReservation? TryReserve(string variable, IPAddress address, int port)
    {
        if (Hold(port) is not { } held)
        {
            return null;
        }

        try
        {
            using var listener = new TcpListener(address, port);
            listener.ExclusiveAddressUse = true;
            if (address.Equals(IPAddress.IPv6Any))
            {
                // As Kestrel binds it.
                listener.Server.DualMode = true;
            }

            listener.Start();
            return new PortReservation(port, held);
        }
        catch (SocketException exception)
        {
            held.Dispose();
            return exception.SocketErrorCode != SocketError.AddressNotAvailable ? null : throw new SettingException(
                variable == "HTTP_PORT" ? "HTTP_HOST" : "SILO_HOST", $"{address}", "an address that this machine has; what others see of it may be another one's");
        }
    }

    // A socket with an abstract name belongs to a network namespace, as ports do, and goes with its process. Other systems do not have such
    // names, and name a mutex.
    private static IDisposable? Hold(int port)
    {
        var name = $"superhero-orleans-{port}";
        if (!OperatingSystem.IsLinux())
        {
            var mutex = new Mutex(initiallyOwned: false, $@"Global\{name}", out var isNew);
            if (isNew)
            {
                return mutex;
            }

            mutex.Dispose();
            return null;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
