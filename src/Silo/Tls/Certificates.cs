using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Superhero.Redis;

namespace Superhero.Silo.Tls;

/// <summary>A certificate to be known by, and the authorities by which to know others.</summary>
public sealed class Certificates
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection? _authorities;

    /// <summary>Takes them where they are of use.</summary>
    /// <param name="own">The certificate, with its private key.</param>
    /// <param name="chain">The certificates between it and its authority; itself may be among them.</param>
    /// <param name="authorities">The authorities, its own among them; null where nobody else's certificate is looked at.</param>
    /// <exception cref="CryptographicException">The certificate is not valid now, or none of the authorities vouches for it as one that
    /// both calls and answers.</exception>
    public Certificates(X509Certificate2 own, X509Certificate2Collection chain, X509Certificate2Collection? authorities)
    {
        _authorities = authorities;
        Own = SslStreamCertificateContext.Create(own, chain, offline: true);
        // TLS compares it with the machine's time.
        if (SteadyClock.Instance.MachineTime.LocalDateTime is var now && (now < own.NotBefore || now > own.NotAfter))
        {
            throw new CryptographicException($"it is valid from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u}");
        }

        if (authorities is not null)
        {
            using var built = new X509Chain { ChainPolicy = Trust() };
            built.ChainPolicy.ExtraStore.AddRange(chain);
            built.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerUsage));
            built.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUsage));
            if (!built.Build(own))
            {
                throw new CryptographicException($"the authority does not vouch for it: {Faults(built)}");
            }
        }
    }

    /// <summary>The certificate, as TLS shows it.</summary>
    public SslStreamCertificateContext Own { get; }

    /// <summary>What makes others' certificates good: that one of the authorities vouches for them, whatever the machine trusts.</summary>
    public X509ChainPolicy Trust()
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(_authorities!);
        return trust;
    }

    /// <summary>What is wrong with a chain, in .NET's words.</summary>
    public static string Faults(X509Chain chain) => string.Join(", ", chain.ChainStatus.Select(fault => fault.Status));
}
