using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Settings;
using Superhero.Silo.Tls;

namespace Superhero.Silo.Access;

/// <summary>Where the silo's pages are, and who may see them.</summary>
public sealed class PageOptions
{
    /// <summary>HTTP_HOST: the address that the pages and the health checks listen on.</summary>
    [ConfigurationKeyName("HTTP_HOST"), Description("the address of the page, the dashboard, the metrics and the health checks")]
    public string Host { get; set; } = "localhost";

    /// <summary>HTTP_PORT: their port; null for 8080 or the next that is free.</summary>
    [ConfigurationKeyName("HTTP_PORT"), Description("their port; one that is not set and is taken gives way to the next free one"), DefaultValue("8080")]
    [Range(1, 65535)]
    public int? Port { get; set; }

    /// <summary>HTTP_ALLOWED_HOSTS: the host names of requests that are answered, besides loopback's.</summary>
    [ConfigurationKeyName("HTTP_ALLOWED_HOSTS"), Description("the host names, separated by commas, by which the pages may be requested besides localhost; by default any, if a password is set, and otherwise none")]
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>HTTP_TLS_CERT: the PEM file of the pages' certificate; null for pages that are read and asked for in the clear.</summary>
    [ConfigurationKeyName("HTTP_TLS_CERT"), Description("the PEM file of the certificate with which they are served by HTTPS")]
    public string? Certificate { get; set; }

    /// <summary>HTTP_TLS_KEY: the PEM file of its private key.</summary>
    [ConfigurationKeyName("HTTP_TLS_KEY"), Description("the PEM file of its private key")]
    public string? Key { get; set; }

    /// <summary>DASHBOARD_USER: the name of who may see the pages; null for anyone, which is allowed on loopback alone.</summary>
    [ConfigurationKeyName("DASHBOARD_USER"), Description("who may see the page and the dashboard; needed where HTTP_HOST is not loopback")]
    [RegularExpression("[^:]*", ErrorMessage = "a name without a colon")]
    public string? User { get; set; }

    /// <summary>DASHBOARD_PASSWORD: the password to that name.</summary>
    [ConfigurationKeyName("DASHBOARD_PASSWORD"), Description("the password to that name"), PasswordPropertyText(true)]
    public string? Password { get; set; }

    /// <summary>The address; null where <see cref="Host"/> is not allowed. On a machine without IPv6, all addresses are those of IPv4.</summary>
    public IPAddress? Address =>
        Host == "localhost" ? IPAddress.Loopback
        : !IPAddress.TryParse(Host, out var address) ? null
        : address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any
        : address;

    /// <summary>The certificate's two files.</summary>
    public CertificateFiles Files => field ??= new CertificateFiles(
        new("HTTP_TLS_CERT", Certificate, "the PEM file of a certificate that is valid"),
        new("HTTP_TLS_KEY", Key, "the PEM file of the private key of that certificate"));
}

/// <summary>Refuses pages that anyone could see from elsewhere.</summary>
internal sealed class PageOptionsValidator : IValidateOptions<PageOptions>
{
    public ValidateOptionsResult Validate(string? name, PageOptions options)
    {
        if (options.Address is not { } address)
        {
            return Fail("HTTP_HOST", options.Host, "localhost or an IP address");
        }

        return (options.User, options.Password) switch
        {
            (not null, not null) => ValidateOptionsResult.Success,
            (null, null) when IPAddress.IsLoopback(address) => ValidateOptionsResult.Success,
            _ => Fail(
                options.User is null ? "DASHBOARD_USER" : "DASHBOARD_PASSWORD",
                "",
                IPAddress.IsLoopback(address) ? "something too, as the other one is" : $"something, as HTTP_HOST {address} can be reached by others"),
        };
    }

    private static ValidateOptionsResult Fail(string variable, string value, string allowed) =>
        ValidateOptionsResult.Fail(SettingException.Line(variable, value, allowed));
}
