using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Redis;
using Superhero.Settings;

namespace Superhero.Silo.Network;

/// <summary>Where the other silos and the cluster's clients reach this silo.</summary>
public sealed class SiloEndpointOptions
{
    /// <summary>SILO_HOST: the address that the silo listens on, and that others reach it by; null for localhost where Redis is on
    /// this machine, and so are the other silos, and for auto where it is not.</summary>
    [ConfigurationKeyName("SILO_HOST"), Description("the address on which the silos reach each other: localhost, an IP address, or auto for the machine's own; by default localhost where Redis is there, and else auto")]
    public string? Host { get; set; }

    /// <summary>SILO_PORT: where other silos reach this one; null for 11111 or the next that is free.</summary>
    [ConfigurationKeyName("SILO_PORT"), Description("its port for other silos; one that is not set and is taken gives way to the next free one"), DefaultValue("11111")]
    [Range(1, 65535)]
    public int? SiloPort { get; set; }

    /// <summary>GATEWAY_PORT: where clients reach it; null for 30000 or the next that is free.</summary>
    [ConfigurationKeyName("GATEWAY_PORT"), Description("its port for the cluster's clients; likewise"), DefaultValue("30000")]
    [Range(1, 65535)]
    public int? GatewayPort { get; set; }

    /// <summary>REDIS_HOST, which says whether other machines are to be expected; several, each with its port, where they are sentinels.</summary>
    public string RedisHost { get; set; } = "localhost";

    /// <summary>The address; null where <see cref="Host"/> is not allowed.</summary>
    public IPAddress? Address => Host switch
    {
        null => RedisIsHere ? IPAddress.Loopback : OwnAddress.Find(),
        "localhost" => Reachable(IPAddress.Loopback),
        "auto" => OwnAddress.Find(),
        var text => IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? Reachable(address) : null,
    };

    /// <summary>Whether Redis is on this machine, as far as can be told before it is there.</summary>
    internal bool RedisIsHere => RedisHost.Split(',', StringSplitOptions.TrimEntries).All(host => OwnAddress.IsLoopback(RedisOptions.WithoutPort(host)));

    // Silos that told each other of a loopback address would each find itself there, and take the other for an older self.
    private IPAddress? Reachable(IPAddress address) => IPAddress.IsLoopback(address) && !RedisIsHere ? null : address;
}

/// <summary>Refuses an address that others can't reach.</summary>
internal sealed class SiloEndpointOptionsValidator : IValidateOptions<SiloEndpointOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloEndpointOptions options) =>
        options.Address is not null ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(SettingException.Line(
            "SILO_HOST",
            options.Host ?? "auto",
            options.Host is "auto" or null ? "an IP address, as this machine has none that others can reach"
                : !options.RedisIsHere ? "auto, or the IP address of this machine that others can reach, as Redis is on another machine"
                : "localhost, auto, or the IP address of this machine that others can reach"));
}
