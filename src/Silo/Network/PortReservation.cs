using System.Net;
using System.Net.Sockets;
using Superhero.Settings;

namespace Superhero.Silo.Network;

/// <summary>A port that this process will listen on. Silos that start at the same moment on one machine each get their
/// own, because the choice is held by a lock file until the process ends, however it ends.</summary>
public sealed class PortReservation : IDisposable
{
    private const int Tries = 1000;
    private readonly FileStream? _lock;

    private PortReservation(int port, FileStream? heldBy)
    {
        Port = port;
        _lock = heldBy;
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
    public void Dispose() => _lock?.Dispose();

    private static PortReservation? TryReserve(string variable, IPAddress address, int port)
    {
        FileStream? held = null;
        try
        {
            held = Lock(port);
            using var listener = new TcpListener(address, port);
            listener.ExclusiveAddressUse = true;
            listener.Start();
            return new PortReservation(port, held);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            held?.Dispose();
            throw new SettingException(
                variable == "HTTP_PORT" ? "HTTP_HOST" : "SILO_HOST", $"{address}", "an address that this machine has; what others see of it may be another one's");
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            held?.Dispose();
            return null;
        }
    }

    // What .NET says of a file that another process has locked: Linux' number, macOS' and Windows'.
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];

    // The file stays: were it deleted, one process could lock it in that moment and the next one a new file of the same name.
    // Where there is no folder that can be written, as in a read-only container, a silo is alone and needs no lock.
    private static FileStream? Lock(int port)
    {
        try
        {
            return new FileStream(
                Path.Combine(Path.GetTempPath(), $"superhero-orleans-{port}.lock"),
                FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException || (exception is IOException && !InUse.Contains(exception.HResult)))
        {
            return null;
        }
    }
}
