using StackExchange.Redis;
using Superhero.Settings;

namespace Superhero.Redis;

/// <summary>Where Redis is and how to log in to it.</summary>
/// <param name="Host">REDIS_HOST: its host name or address (localhost).</param>
/// <param name="Port">REDIS_PORT: its port, 1 to 65535 (6379).</param>
/// <param name="Database">REDIS_DB: the number of the database, 0 to 65535 (0).</param>
/// <param name="User">REDIS_USER: the ACL user; none means Redis' default user.</param>
/// <param name="Password">REDIS_PASSWORD: the password; none means that none is asked for.</param>
/// <param name="Ssl">REDIS_SSL: whether to use TLS (False).</param>
/// <param name="TrustedIssuer">REDIS_SSL_CA: the PEM file of the authority that vouches for Redis' certificate; none means
/// those that the machine trusts.</param>
public sealed record RedisOptions(
    string Host = "localhost", int Port = 6379, int Database = 0,
    string? User = null, string? Password = null, bool Ssl = false, string? TrustedIssuer = null)
{
    /// <summary>Reads the REDIS_ variables.</summary>
    /// <exception cref="SettingException">One of them has a value that is not allowed.</exception>
    public static RedisOptions From(EnvironmentSettings settings) => new(
        settings.Text("REDIS_HOST") ?? "localhost",
        settings.Port("REDIS_PORT") ?? 6379,
        settings.Whole("REDIS_DB", 0, 0, 65535),
        settings.Text("REDIS_USER"),
        settings.Text("REDIS_PASSWORD"),
        settings.Flag("REDIS_SSL", false),
        settings.ExistingFile("REDIS_SSL_CA"));

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
            configuration.TrustIssuer(TrustedIssuer);
        }

        return configuration;
    }

    /// <summary>Host, port and database; never the password.</summary>
    public override string ToString() => $"{Host}:{Port}/{Database}";
}
