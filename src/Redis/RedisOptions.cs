using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Where Redis is and how to log in to it.</summary>
public sealed record RedisOptions
{
    /// <summary>REDIS_HOST: its host name or address.</summary>
    [ConfigurationKeyName("REDIS_HOST"), Description("where Redis is")]
    public string Host { get; set; } = "localhost";

    /// <summary>REDIS_PORT: its port, 1 to 65535.</summary>
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

    /// <summary>The same, as StackExchange.Redis wants it.</summary>
    public ConfigurationOptions ToConfiguration()
    {
        var configuration = new ConfigurationOptions
        {
            EndPoints = { { Host, Port } },
            DefaultDatabase = Database,
            User = User,
            Password = Password,
            Ssl = Ssl,
            AbortOnConnectFail = true,
            ConnectTimeout = 3000,

            // The default has threads of its own, which hand each answer and message over to those of the pool.
            SocketManager = SocketManager.ThreadPool,
        };
        if (TrustedIssuer is not null)
        {
            configuration.CertificateValidation += new TrustedAuthorities(TrustedIssuer).Validate;
        }

        return configuration;
    }

    /// <summary>Host, port and database; never the password.</summary>
    public override string ToString() => $"{Host}:{Port}/{Database}";

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
