using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Settings;

namespace Superhero.Silo.Network;

/// <summary>Where the other silos and the cluster's clients reach this silo.</summary>
public sealed class SiloEndpointOptions
{
    /// <summary>SILO_HOST: the address that the silo listens on, and that others reach it by.</summary>
    [ConfigurationKeyName("SILO_HOST"), Description("the address on which the silos reach each other: localhost, an IP address, or auto for the machine's own")]
    public string Host { get; set; } = "localhost";

    /// <summary>SILO_PORT: where other silos reach this one; null for 11111 or the next that is free.</summary>
    [ConfigurationKeyName("SILO_PORT"), Description("its port for other silos; one that is not set and is taken gives way to the next free one"), DefaultValue("11111")]
    [Range(1, 65535)]
    public int? SiloPort { get; set; }

    /// <summary>GATEWAY_PORT: where clients reach it; null for 30000 or the next that is free.</summary>
    [ConfigurationKeyName("GATEWAY_PORT"), Description("its port for the cluster's clients; likewise"), DefaultValue("30000")]
    [Range(1, 65535)]
    public int? GatewayPort { get; set; }

    /// <summary>The address; null where <see cref="Host"/> is not allowed.</summary>
    public IPAddress? Address => Host switch
    {
        "localhost" => IPAddress.Loopback,
        "auto" => OwnAddress.Find(),
        var text => IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? address : null,
    };
}

/// <summary>Refuses an address that others can't reach.</summary>
internal sealed class SiloEndpointOptionsValidator : IValidateOptions<SiloEndpointOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloEndpointOptions options) =>
        options.Address is not null ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(SettingException.Line(
            "SILO_HOST",
            options.Host,
            options.Host == "auto" ? "an IP address, as this machine has none that others can reach"
                : "localhost, auto, or the IP address of this machine that others can reach"));
}
