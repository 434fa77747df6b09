using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Superhero.Silo.Tls;

/// <summary>How the silos, and the clients of their cluster, know each other.</summary>
public sealed class ClusterTlsOptions
{
    /// <summary>SILO_TLS_CERT: the PEM file of the certificate; null for connections that anyone may make, and read.</summary>
    [ConfigurationKeyName("SILO_TLS_CERT"), Description("the PEM file of the certificate that this silo, or command, shows to the other silos, which talk by TLS then")]
    public string? Certificate { get; set; }

    /// <summary>SILO_TLS_KEY: the PEM file of its private key.</summary>
    [ConfigurationKeyName("SILO_TLS_KEY"), Description("the PEM file of its private key")]
    public string? Key { get; set; }

    /// <summary>SILO_TLS_CA: the PEM file of the authorities, one of which vouches for the certificate of whoever is let in.</summary>
    [ConfigurationKeyName("SILO_TLS_CA"), Description("the PEM file of the authority whose certificates are let in, or of several")]
    public string? Authorities { get; set; }

    /// <summary>The three files.</summary>
    public CertificateFiles Files => field ??= new CertificateFiles(
        new("SILO_TLS_CERT", Certificate, "the PEM file of a certificate that is valid, and from the authority of SILO_TLS_CA"),
        new("SILO_TLS_KEY", Key, "the PEM file of the private key of that certificate"),
        new("SILO_TLS_CA", Authorities, "the PEM file of the authority's certificate, or of those of several"));
}
