using Microsoft.Extensions.Options;
using Superhero.Silo.Access;

namespace Superhero.Silo.Network;

/// <summary>The ports that the silo listens on, reserved until it ends.</summary>
internal sealed class SiloPorts(IOptions<SiloEndpointOptions> endpoint, IOptions<PageOptions> page) : IDisposable
{
    private readonly PortReservation _silo = PortReservation.Reserve("SILO_PORT", endpoint.Value.SiloPort, 11111, endpoint.Value.Address);
    private readonly PortReservation _gateway = PortReservation.Reserve("GATEWAY_PORT", endpoint.Value.GatewayPort, 30000, endpoint.Value.Address);
    private readonly PortReservation _http = PortReservation.Reserve("HTTP_PORT", page.Value.Port, 8080, page.Value.Address);

    /// <summary>The port for other silos.</summary>
    public int Silo => _silo.Port;

    /// <summary>The port for the cluster's clients.</summary>
    public int Gateway => _gateway.Port;

    /// <summary>The port of the pages.</summary>
    public int Http => _http.Port;

    /// <inheritdoc />
    public void Dispose()
    {
        _silo.Dispose();
        _gateway.Dispose();
        _http.Dispose();
    }
}
