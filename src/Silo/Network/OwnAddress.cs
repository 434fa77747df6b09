using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Superhero.Silo.Network;

/// <summary>The address of this machine, or of this container, that others can reach.</summary>
public static class OwnAddress
{
    /// <summary>Whether a host name or address is one of loopback; a name that can't be resolved is not.</summary>
    public static bool IsLoopback(string host)
    {
        if (host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)))
        {
            return true;
        }

        try
        {
            return Dns.GetHostAddresses(host).All(IPAddress.IsLoopback);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The first address of an interface that is up and is not loopback: IPv4 before IPv6, and an interface with a gateway before
    /// others. Null if there is none.</summary>
    public static IPAddress? Find() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus != OperationalStatus.Down && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .Select(one => one.GetIPProperties())
        .OrderByDescending(one => one.GatewayAddresses.Count > 0)
        .SelectMany(one => one.UnicastAddresses)
        .Select(one => one.Address)
        .Where(address => !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.IsIPv6Multicast)
        .OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
        .FirstOrDefault();
}
