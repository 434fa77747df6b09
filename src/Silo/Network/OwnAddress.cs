using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Superhero.Silo.Network;

/// <summary>The address of this machine, or of this container, that others can reach.</summary>
public static class OwnAddress
{
    /// <summary>The first IPv4 address of an interface that is up and is not loopback, one with a gateway before others;
    /// null where there is none.</summary>
    public static IPAddress? Find() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus != OperationalStatus.Down && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .Select(one => one.GetIPProperties())
        .OrderByDescending(one => one.GatewayAddresses.Count > 0)
        .SelectMany(one => one.UnicastAddresses)
        .Select(one => one.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
