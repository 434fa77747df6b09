using System.Net;
using Superhero.Grains.Games;
using Superhero.Grains.Sweep;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Access;
using Superhero.Silo.Network;
using Superhero.Tables.Output;

namespace Superhero.Silo;

/// <summary>All that configures a silo.</summary>
/// <param name="Redis">The REDIS_ variables.</param>
/// <param name="Channels">WORKER_CHANNEL: the channels to subscribe to, separated by commas (all three names).</param>
/// <param name="Games">OUTPUT_DIR, HOSTNAME, CLEAN_ROUTINE, REDIS_EXPIRY, ARCHIVE_DIR and OUTPUT_URI.</param>
/// <param name="Sweep">SWEEP_INTERVAL.</param>
/// <param name="LogFormat">LOGGER_MODULE: how log lines look (default).</param>
/// <param name="LogLevel">LOG_LEVEL: the least severe line that is logged (INFO).</param>
/// <param name="SiloHost">SILO_HOST: the address of this silo that other silos and clients reach, and that it listens on
/// (loopback).</param>
/// <param name="SiloPort">SILO_PORT: where other silos reach this one; null for 11111 or the next that is free.</param>
/// <param name="GatewayPort">GATEWAY_PORT: where clients reach it; null for 30000 or the next that is free.</param>
/// <param name="HttpHost">HTTP_HOST: the address that the dashboard and the health checks listen on (loopback).</param>
/// <param name="HttpPort">HTTP_PORT: their port; null for 8080 or the next that is free.</param>
/// <param name="Password">DASHBOARD_USER and DASHBOARD_PASSWORD: who may see the dashboard; null for anyone, which is
/// allowed on loopback alone.</param>
public sealed record SiloOptions(
    RedisOptions Redis,
    IReadOnlyList<string> Channels,
    GameOptions Games,
    SweepOptions Sweep,
    LogFormat LogFormat,
    LogLevelName LogLevel,
    IPAddress SiloHost,
    int? SiloPort,
    int? GatewayPort,
    IPAddress HttpHost,
    int? HttpPort,
    DashboardPassword? Password)
{
    /// <summary>What --help says.</summary>
    public const string Help = """
        Superhero Orleans: turns each finished game into two Parquet files, exactly once, however many silos run.
        Without a command it runs a silo, configured by environment variables (their defaults in brackets):

          REDIS_HOST (localhost), REDIS_PORT (6379), REDIS_DB (0), REDIS_USER, REDIS_PASSWORD
          REDIS_SSL (False), REDIS_SSL_CA
                           whether to use TLS; the PEM file of the authority to trust (those that the machine trusts)
          WORKER_CHANNEL   channels to subscribe to, separated by commas (lib.server.lobby,redis.lib.server.lobby,CLEAN)
          OUTPUT_DIR       the folder that holds the tables (./data)
          OUTPUT_URI       a bucket that holds the tables in the folder's place: s3://bucket/prefix or az://container/prefix (none);
                           the service and its credentials are named by AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID,
                           AWS_SECRET_ACCESS_KEY, or AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT
          ARCHIVE_DIR      a folder that keeps, compressed, the keys of each game before they leave Redis (none)
          CLEAN_ROUTINE    whether the keys of done games leave Redis (False)
          REDIS_EXPIRY     seconds for which players may still read them (30)
          SWEEP_INTERVAL   seconds between two looks for finished games that no message announced (10)
          HOSTNAME         this silo's name, a part of its files' names (the machine's)
          LOGGER_MODULE    default, json, or redis, which also publishes the lines on Redis (default)
          LOG_LEVEL        CRITICAL, ERROR, WARNING, INFO or DEBUG (INFO)
          SILO_HOST        the address on which the silos reach each other: localhost, an IP address, or auto for the
                           machine's own (localhost); none but silos and their clients should reach it
          SILO_PORT (11111), GATEWAY_PORT (30000), HTTP_PORT (8080)
                           a port that is not set and is taken gives way to the next free one
          HTTP_HOST        the address of the page, the dashboard and the health checks (localhost)
          DASHBOARD_USER, DASHBOARD_PASSWORD
                           who may see the page and the dashboard; needed where HTTP_HOST is not loopback
        """;

    /// <summary>The names of all variables that a silo reads.</summary>
    public static readonly IReadOnlyList<string> Variables =
    [
        "REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_USER", "REDIS_PASSWORD", "REDIS_SSL", "REDIS_SSL_CA", "REDIS_EXPIRY",
        "WORKER_CHANNEL", "CLEAN_ROUTINE", "SWEEP_INTERVAL", "LOGGER_MODULE", "LOG_LEVEL", "OUTPUT_DIR", "OUTPUT_URI", "ARCHIVE_DIR", "HOSTNAME",
        "SILO_HOST", "SILO_PORT", "GATEWAY_PORT", "HTTP_PORT", "HTTP_HOST", "DASHBOARD_USER", "DASHBOARD_PASSWORD",
        "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT",
    ];

    private const int LongestHostName = 200;

    /// <summary>Reads the variables.</summary>
    /// <exception cref="SettingException">One of them has a value that is not allowed.</exception>
    public static SiloOptions From(EnvironmentSettings settings) => new(
        RedisOptions.From(settings),
        ChannelsFrom(settings),
        new GameOptions(
            Path.GetFullPath(settings.Text("OUTPUT_DIR") ?? "./data"),
            HostNameFrom(settings),
            settings.Flag("CLEAN_ROUTINE", false),
            TimeSpan.FromSeconds(settings.Whole("REDIS_EXPIRY", 30, 0, 31_536_000)),
            settings.Text("ARCHIVE_DIR") is { } archive ? Path.GetFullPath(archive) : null,
            settings.Text(OutputUri.Variable) is { } bucket ? OutputUri.Open(bucket, settings) : null),
        new SweepOptions(TimeSpan.FromSeconds(settings.Whole("SWEEP_INTERVAL", 10, 1, 86400))),
        settings.Choice("LOGGER_MODULE", LogFormat.@default),
        settings.Choice("LOG_LEVEL", LogLevelName.INFO),
        SiloHostFrom(settings),
        settings.Port("SILO_PORT"),
        settings.Port("GATEWAY_PORT"),
        HttpHostFrom(settings),
        settings.Port("HTTP_PORT"),
        PasswordFrom(settings));

    private static IReadOnlyList<string> ChannelsFrom(EnvironmentSettings settings)
    {
        if (settings.Text("WORKER_CHANNEL") is not { } text)
        {
            return LogChannel.GameFinishedChannels;
        }

        string[] channels = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        return channels.Length > 0
            ? channels
            : throw new SettingException("WORKER_CHANNEL", text, "names of channels, separated by commas");
    }

    private static IPAddress SiloHostFrom(EnvironmentSettings settings) => (settings.Text("SILO_HOST") ?? "localhost") switch
    {
        "localhost" => IPAddress.Loopback,
        "auto" => OwnAddress.Find()
            ?? throw new SettingException("SILO_HOST", "auto", "an IP address, as this machine has none that others can reach"),
        var text when IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) =>
            address,
        var text => throw new SettingException("SILO_HOST", text, "localhost, auto, or the IP address of this machine that others can reach"),
    };

    private static IPAddress HttpHostFrom(EnvironmentSettings settings) =>
        (settings.Text("HTTP_HOST") ?? "localhost") is var text && text == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(text, out var address) ? address
        : throw new SettingException("HTTP_HOST", text, "localhost or an IP address");

    private static DashboardPassword? PasswordFrom(EnvironmentSettings settings)
    {
        var (user, password) = (settings.Text("DASHBOARD_USER"), settings.Text("DASHBOARD_PASSWORD"));
        var host = HttpHostFrom(settings);
        return (user, password) switch
        {
            ({ } name, _) when name.Contains(':', StringComparison.Ordinal) =>
                throw new SettingException("DASHBOARD_USER", name, "a name without a colon"),
            ({ } name, { } secret) => new DashboardPassword(name, secret),
            (null, null) when IPAddress.IsLoopback(host) => null,
            _ => throw new SettingException(
                user is null ? "DASHBOARD_USER" : "DASHBOARD_PASSWORD",
                "",
                IPAddress.IsLoopback(host) ? "something too, as the other one is" : $"something, as HTTP_HOST {host} can be reached by others"),
        };
    }

    private static string HostNameFrom(EnvironmentSettings settings)
    {
        var name = settings.Text("HOSTNAME") ?? Environment.MachineName;
        return name.Length <= LongestHostName && char.IsAsciiLetterOrDigit(name[0])
               && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_')
            ? name
            : throw new SettingException(
                "HOSTNAME", name, $"at most {LongestHostName} letters, digits, dots, hyphens and underscores, a letter or digit first");
    }
}

/// <summary>LOGGER_MODULE: how the silo's log lines look.</summary>
public enum LogFormat
{
    /// <summary>A readable line.</summary>
    @default,

    /// <summary>A JSON object a line.</summary>
    json,

    /// <summary>A readable line, which is published on Redis, too.</summary>
    redis,
}
