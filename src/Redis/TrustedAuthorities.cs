using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Superhero.Redis;

/// <summary>Trusts the certificates that one of some authorities vouches for, whether the machine does or not.</summary>
/// <param name="path">The PEM file of the authorities.</param>
internal sealed class TrustedAuthorities(string path)
{
    private readonly X509Certificate2Collection _authorities = Read(path);

    /// <summary>Reads a PEM file.</summary>
    /// <exception cref="CryptographicException">A certificate in it can't be read.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static X509Certificate2Collection Read(string path)
    {
        X509Certificate2Collection all = [];
        all.ImportFromPemFile(path);
        return all;
    }

    /// <summary>Whether a server's certificate is to be trusted.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 presented)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
        }

        return own.Build(presented);
    }
}
