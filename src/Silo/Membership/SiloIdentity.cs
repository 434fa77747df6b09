using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Superhero.Silo.Hosting;

namespace Superhero.Silo.Membership;

/// <summary>Names this silo in the cluster. Its generation, by which Orleans tells a silo from an earlier one at the same address, is the
/// second of its start by Redis' clock.</summary>
/// <remarks>Orleans takes the generation from the machine's clock. If that was set back while the silo was down, the silo would take
/// itself for the earlier one, and end.</remarks>
internal sealed class SiloIdentity : ILocalSiloDetails
{
    // As Orleans counts, so that a silo of an earlier release has an earlier generation.
    private static readonly DateTimeOffset Epoch = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public SiloIdentity(IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoints, RedisConnection redis)
    {
        var (address, generation) = (endpoints.Value.AdvertisedIPAddress!, (int)(redis.ConnectedAt - Epoch).TotalSeconds);
        (Name, ClusterId) = (silo.Value.SiloName, cluster.Value.ClusterId);
        SiloAddress = SiloAddress.New(address, endpoints.Value.SiloPort, generation);
        GatewayAddress = SiloAddress.New(address, endpoints.Value.GatewayPort, 0);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public string ClusterId { get; }

    /// <inheritdoc />
    public string DnsHostName { get; } = Dns.GetHostName();

    /// <inheritdoc />
    public SiloAddress SiloAddress { get; }

    /// <inheritdoc />
    public SiloAddress GatewayAddress { get; }
}
