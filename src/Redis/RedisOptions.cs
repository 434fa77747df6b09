using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Superhero.Redis;

/// <summary>Where Redis is and how to log in to it.</summary>
public sealed record RedisOptions : IValidatableObject
{
    /// <summary>The oldest release of Redis that silos and the simulator work with.</summary>
    public static readonly Version LeastVersion = new(6, 2);

    /// <summary>REDIS_HOST: its host name or address; where <see cref="Sentinel"/> is set, those of the sentinels, separated by commas,
    /// each with its port behind a colon where that is not 26379.</summary>
    [ConfigurationKeyName("REDIS_HOST"), Description("where Redis is; with REDIS_SENTINEL where the sentinels are, such as sentinel-1,sentinel-2:26380")]
    public string Host { get; set; } = "localhost";

    /// <summary>REDIS_PORT: its port, 1 to 65535; without meaning where <see cref="Sentinel"/> is set.</summary>
    [ConfigurationKeyName("REDIS_PORT"), Description("its port")]
    [Range(1, 65535)]
    public int Port { get; set; } = 6379;

    /// <summary>REDIS_DB: the number of the database, 0 to 65535.</summary>
    [ConfigurationKeyName("REDIS_DB"), Description("the number of its database")]
    [Range(0, 65535)]
    public int Database { get; set; }

    /// <summary>REDIS_USER: the ACL user; none means Redis' default user.</summary>
    [ConfigurationKeyName("REDIS_USER"), Description("the user to log in as, where it is not Redis' default one")]
    public string? User { get; set; }

    /// <summary>REDIS_PASSWORD: the password; none means that none is asked for.</summary>
    [ConfigurationKeyName("REDIS_PASSWORD"), Description("the password to log in with"), PasswordPropertyText(true)]
    public string? Password { get; set; }

    /// <summary>REDIS_SSL: whether to use TLS.</summary>
    [ConfigurationKeyName("REDIS_SSL"), Description("whether to use TLS")]
    public bool Ssl { get; set; }

    /// <summary>REDIS_SSL_CA: the PEM file of the authorities, one of which vouches for Redis' certificate; none means those that the
    /// machine trusts.</summary>
    [ConfigurationKeyName("REDIS_SSL_CA"), Description("the PEM file of the authority to trust, or of several, where the machine doesn't")]
    [CertificateFile]
    public string? TrustedIssuer { get; set; }

    /// <summary>REDIS_SSL_CERT: the PEM file of the certificate that this process shows Redis; none where Redis asks for none.</summary>
    [ConfigurationKeyName("REDIS_SSL_CERT"), Description("the PEM file of the certificate to show Redis, where it asks for one")]
    public string? Certificate { get; set; }

    /// <summary>REDIS_SSL_KEY: the PEM file of the key to that certificate.</summary>
    [ConfigurationKeyName("REDIS_SSL_KEY"), Description("the PEM file of its key")]
    public string? Key { get; set; }

    /// <summary>REDIS_SENTINEL: the name by which sentinels know the master; none where there are no sentinels.</summary>
    [ConfigurationKeyName("REDIS_SENTINEL"), Description("the name of the master, where sentinels say which Redis that is")]
    public string? Sentinel { get; set; }

    /// <summary>REDIS_SENTINEL_USER: the ACL user of the sentinels; none means that <see cref="User"/> is theirs, too.</summary>
    [ConfigurationKeyName("REDIS_SENTINEL_USER"), Description("the user to log in to the sentinels as, where it is another than Redis'")]
    public string? SentinelUser { get; set; }

    /// <summary>REDIS_SENTINEL_PASSWORD: the password of the sentinels; none means that <see cref="Password"/> is theirs, too, where they ask
    /// for one.</summary>
    [ConfigurationKeyName("REDIS_SENTINEL_PASSWORD"), Description("the password to log in to the sentinels with, where it is another than Redis'"), PasswordPropertyText(true)]
    public string? SentinelPassword { get; set; }

    /// <summary>Where to connect to: Redis itself, or the sentinels.</summary>
    public IReadOnlyList<string> Hosts => Sentinel is null ? [Host] : Host.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray();

    /// <summary>The certificates in the files that REDIS_SSL_CERT and REDIS_SSL_CA name, as they are now, each with the name of its setting; none
    /// from a file that can't be read now.</summary>
    public IEnumerable<(string Name, X509Certificate2 Certificate)> Certificates =>
        new[] { ("REDIS_SSL_CERT", Certificate), ("REDIS_SSL_CA", TrustedIssuer) }.SelectMany(file => ReadCertificates(file.Item1, file.Item2));

    /// <summary>The same, without ports.</summary>
    internal IEnumerable<string> HostNames => Hosts.Select(WithoutPort);

    /// <summary>The same, as StackExchange.Redis wants it.</summary>
    /// <param name="latest">Reads the options again for each connection, so that a password can be replaced; null for these ones.</param>
    public ConfigurationOptions ToConfiguration(Func<RedisOptions>? latest = null)
    {
        var configuration = new ConfigurationOptions
        {
            Defaults = new CurrentLogin(latest ?? (() => this)),
            ServiceName = Sentinel,
            DefaultDatabase = Database,
            SentinelUser = SentinelUser,
            SentinelPassword = SentinelPassword,
            Ssl = Ssl,
            AbortOnConnectFail = true,
            ConnectTimeout = 3000,

            // That of a server whose ACL does not let this user ask.
            DefaultVersion = LeastVersion,

            // A connection that a forwarder makes anew behind the client's back speaks this one.
            Protocol = RedisProtocol.Resp2,

            // Whoever asks Redis how full it is counts as one.
            AllowAdmin = true,
        };
        foreach (var host in Hosts)
        {
            if (Sentinel is null)
            {
                configuration.EndPoints.Add(host, Port);
            }
            else
            {
                configuration.EndPoints.Add(host);
            }
        }

        if (Certificate is not null)
        {
            var own = new ReplaceableFile<X509Certificate2>(Certificate, path => X509Certificate2.CreateFromPemFile(path, Key));
            configuration.CertificateSelection += (_, _, _, _, _) => own.Read();
        }

        if (TrustedIssuer is not null)
        {
            var authorities = new ReplaceableFile<X509Certificate2Collection>(TrustedIssuer, TrustedAuthorities.Read);
            configuration.CertificateValidation += (_, certificate, chain, errors) =>
                TrustedAuthorities.Vouch(authorities.Read(), certificate, chain, errors);
        }

        return configuration;
    }

    /// <summary>A host name or an address without the port behind it.</summary>
    public static string WithoutPort(string host) =>
        !IPAddress.TryParse(host, out _) && host.LastIndexOf(':') is > 0 and var colon ? host[..colon].Trim('[', ']') : host;

    /// <inheritdoc />
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (Host.Contains("://", StringComparison.Ordinal))
        {
            yield return new ValidationResult(
                "a host name or an address without redis:// before it; the port goes to REDIS_PORT, the database to REDIS_DB, and rediss:// is REDIS_SSL=True",
                [nameof(Host)]);
        }
        else if (Sentinel is null && Host.Contains(',', StringComparison.Ordinal))
        {
            yield return new ValidationResult("one host; several are sentinels, which know the master by the name that REDIS_SENTINEL has to say", [nameof(Host)]);
        }
        else if (Sentinel is null && !IPAddress.TryParse(Host, out _) && Host.Contains(':', StringComparison.Ordinal))
        {
            yield return new ValidationResult("a host name or an address; the port goes to REDIS_PORT", [nameof(Host)]);
        }
        else if (Sentinel is not null && (Hosts.Count == 0 || !Hosts.All(IsEndPoint)))
        {
            yield return new ValidationResult("the sentinels, such as sentinel-1,sentinel-2:26380", [nameof(Host)]);
        }

        if (Certificate is null != Key is null)
        {
            yield return Certificate is null
                ? new ValidationResult("the PEM file of the certificate to REDIS_SSL_KEY", [nameof(Certificate)])
                : new ValidationResult("the PEM file of the key to REDIS_SSL_CERT", [nameof(Key)]);
        }
        else if (Certificate is not null && !IsPair(Certificate, Key!))
        {
            yield return new ValidationResult("the PEM file of a certificate to which REDIS_SSL_KEY names the key", [nameof(Certificate)]);
        }
    }

    /// <summary>Host, port and database; never the password.</summary>
    public override string ToString() => Sentinel is null ? $"{Host}:{Port}/{Database}" : $"{Sentinel}/{Database} of the sentinels {Host}";

    private static bool IsEndPoint(string host) =>
        host.LastIndexOf(':') is var colon && (colon < 0 || IPAddress.TryParse(host, out _)
            || (colon > 0 && ushort.TryParse(host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0));

    private static List<(string Name, X509Certificate2 Certificate)> ReadCertificates(string variable, string? path)
    {
        try
        {
            return path is null ? [] : TrustedAuthorities.Read(path).Select(certificate => ($"{variable} ({path})", certificate)).ToList();
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsPair(string certificate, string key)
    {
        try
        {
            using var both = X509Certificate2.CreateFromPemFile(certificate, key);
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // The client asks for them whenever it connects.
    private sealed class CurrentLogin(Func<RedisOptions> latest) : DefaultOptionsProvider
    {
        public override string? User => latest().User;

        public override string? Password => latest().Password;
    }

    [AttributeUsage(AttributeTargets.Property)]
    private sealed class CertificateFileAttribute : ValidationAttribute
    {
        public CertificateFileAttribute() => ErrorMessage = "a file that holds a certificate in PEM, or several";

        public override bool IsValid(object? value)
        {
            try
            {
                return value is not string path || TrustedAuthorities.Read(path).Count > 0;
            }
            catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }
}
