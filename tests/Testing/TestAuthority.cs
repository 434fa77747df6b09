using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Superhero.Testing;

/// <summary>An authority that vouches for certificates, in PEM files.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(3));
        File = Write($"{name}.crt", _certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>The file of its own certificate.</summary>
    public string File { get; }

    /// <summary>Makes a certificate for localhost; one of the same name is replaced.</summary>
    /// <param name="name">Whose it is.</param>
    /// <param name="until">The end of its two days.</param>
    /// <param name="usage">The number of the only use that it is for; null for any.</param>
    public (string Certificate, string Key) Issue(string name, DateTimeOffset? until = null, string? usage = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        var end = until ?? DateTimeOffset.UtcNow.AddDays(1);
        using var certificate = request.Create(_certificate, end.AddDays(-2), end, RandomNumberGenerator.GetBytes(8));
        return (Write($"{name}.crt", certificate.ExportCertificatePem()), Write($"{name}.key", key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>The settings of a silo, or of a command, whose certificate is from this authority.</summary>
    /// <param name="name">Whose certificate it is.</param>
    /// <param name="trusted">The file of the authorities that it trusts; null for this one's.</param>
    public (string Name, string Value)[] Settings(string name, string? trusted = null)
    {
        var (certificate, key) = Issue(name);
        return [("SILO_TLS_CERT", certificate), ("SILO_TLS_KEY", key), ("SILO_TLS_CA", trusted ?? File)];
    }

    /// <summary>Writes a file beside the certificates.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
