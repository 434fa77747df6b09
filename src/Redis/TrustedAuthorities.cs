using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Superhero.Redis;

/// <summary>Trusts the certificates that one of some authorities vouches for, whether the machine does or not.</summary>
internal static class TrustedAuthorities
{
    /// <summary>Reads a PEM file.</summary>
    /// <exception cref="CryptographicException">A certificate in it can't be read.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static X509Certificate2Collection Read(string path)
    {
        X509Certificate2Collection all = [];
        all.ImportFromPemFile(path);
        return all;
    }

    /// <summary>Whether one of the authorities vouches for a server's certificate, or the machine trusts it.</summary>
    public static bool Vouch(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 presented)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        return own.Build(presented);
    }
}
