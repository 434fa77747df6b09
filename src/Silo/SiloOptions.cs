using Superhero.Grains.Games;
using Superhero.Redis;

namespace Superhero.Silo;

/// <summary>All that configures a silo.</summary>
/// <param name="Redis">The REDIS_ variables.</param>
/// <param name="Channels">WORKER_CHANNEL: the channels to subscribe to, separated by commas (all three names).</param>
/// <param name="Games">OUTPUT_DIR, HOSTNAME, CLEAN_ROUTINE and REDIS_EXPIRY.</param>
/// <param name="LogFormat">LOGGER_MODULE: how log lines look (default).</param>
/// <param name="LogLevel">LOG_LEVEL: the least severe line that is logged (INFO).</param>
/// <param name="SiloPort">SILO_PORT: where other silos reach this one; null for 11111 or the next that is free.</param>
/// <param name="GatewayPort">GATEWAY_PORT: where clients reach it; null for 30000 or the next that is free.</param>
/// <param name="HttpPort">HTTP_PORT: where the dashboard is; null for 8080 or the next that is free.</param>
public sealed record SiloOptions(
    RedisOptions Redis,
    IReadOnlyList<string> Channels,
    GameOptions Games,
    LogFormat LogFormat,
    LogLevelName LogLevel,
    int? SiloPort,
    int? GatewayPort,
    int? HttpPort)
{
    /// <summary>What --help says.</summary>
    public const string Help = """
        Superhero Orleans: turns each finished game into two Parquet files, exactly once, however many silos run.
        Without a command it runs a silo, configured by environment variables (their defaults in brackets):

          REDIS_HOST (localhost), REDIS_PORT (6379), REDIS_DB (0), REDIS_USER, REDIS_PASSWORD, REDIS_SSL (False)
          WORKER_CHANNEL   channels to subscribe to, separated by commas (lib.server.lobby,redis.lib.server.lobby,CLEAN)
          OUTPUT_DIR       the folder that holds the tables (./data)
          CLEAN_ROUTINE    whether the keys of done games leave Redis (False)
          REDIS_EXPIRY     seconds for which players may still read them (30)
          HOSTNAME         this silo's name, a part of its files' names (the machine's)
          LOGGER_MODULE    default or json (default)
          LOG_LEVEL        CRITICAL, ERROR, WARNING, INFO or DEBUG (INFO)
          SILO_PORT (11111), GATEWAY_PORT (30000), HTTP_PORT (8080)
                           a port that is not set and is taken gives way to the next free one
        """;

    /// <summary>The names of all variables that a silo reads.</summary>
    public static readonly IReadOnlyList<string> Variables =
    [
        "REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_USER", "REDIS_PASSWORD", "REDIS_SSL", "REDIS_EXPIRY",
        "WORKER_CHANNEL", "CLEAN_ROUTINE", "LOGGER_MODULE", "LOG_LEVEL", "OUTPUT_DIR", "HOSTNAME",
        "SILO_PORT", "GATEWAY_PORT", "HTTP_PORT",
    ];

    private const int LongestHostName = 200;

    /// <summary>Reads the variables.</summary>
    /// <exception cref="SettingException">One of them has a value that is not allowed.</exception>
    public static SiloOptions From(Settings settings) => new(
        RedisOptions.From(settings),
        ChannelsFrom(settings),
        new GameOptions(
            Path.GetFullPath(settings.Text("OUTPUT_DIR") ?? "./data"),
            HostNameFrom(settings),
            settings.Flag("CLEAN_ROUTINE", false),
            TimeSpan.FromSeconds(settings.Whole("REDIS_EXPIRY", 30, 0, 31_536_000))),
        settings.Choice("LOGGER_MODULE", LogFormat.@default),
        settings.Choice("LOG_LEVEL", LogLevelName.INFO),
        settings.Port("SILO_PORT"),
        settings.Port("GATEWAY_PORT"),
        settings.Port("HTTP_PORT"));

    private static IReadOnlyList<string> ChannelsFrom(Settings settings)
    {
        if (settings.Text("WORKER_CHANNEL") is not { } text)
        {
            return LogChannel.Announcements;
        }

        string[] channels = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        return channels.Length > 0
            ? channels
            : throw new SettingException("WORKER_CHANNEL", text, "names of channels, separated by commas");
    }

    private static string HostNameFrom(Settings settings)
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
}
