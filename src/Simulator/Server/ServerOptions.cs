using Superhero.Redis;
using Superhero.Settings;

namespace Superhero.Simulator.Server;

/// <summary>How the server behaves.</summary>
/// <param name="Host">WEBSOCKET_HOST: the address to listen on (localhost).</param>
/// <param name="Port">WEBSOCKET_PORT: the port to listen on, 1 to 65535 (5678).</param>
/// <param name="Sleep">SERVER_SLEEP: the time between two looks at a game, 0.001 to 3600 seconds (5).</param>
/// <param name="LobbyTimeout">LOBBY_TIMEOUT: how long a lobby waits to fill, 0 to 86400 seconds (5).</param>
/// <param name="PublishLog">LOGGER_MODULE: whether the log is also published on Redis (default; redis publishes).</param>
/// <param name="LogLevel">LOG_LEVEL: the least severe line on the terminal (INFO).</param>
public sealed record ServerOptions(
    string Host, int Port, TimeSpan Sleep, TimeSpan LobbyTimeout, bool PublishLog, LogLevelName LogLevel)
{
    /// <summary>Reads the variables.</summary>
    /// <exception cref="SettingException">One of them has a value that is not allowed.</exception>
    public static ServerOptions From(EnvironmentSettings settings) => new(
        settings.Text("WEBSOCKET_HOST") ?? "localhost",
        settings.Port("WEBSOCKET_PORT") ?? 5678,
        settings.Seconds("SERVER_SLEEP", 5, 0.001, 3600),
        settings.Seconds("LOBBY_TIMEOUT", 5, 0, 86400),
        settings.Choice("LOGGER_MODULE", LoggerModule.@default) == LoggerModule.redis,
        settings.Choice("LOG_LEVEL", LogLevelName.INFO));

    private enum LoggerModule
    {
        @default,
        redis,
    }
}
