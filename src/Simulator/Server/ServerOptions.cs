using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Configuration;
using Superhero.Redis;

namespace Superhero.Simulator.Server;

/// <summary>How the server behaves.</summary>
public sealed class ServerOptions
{
    /// <summary>WEBSOCKET_HOST: the address to listen on, localhost or an IP address.</summary>
    [ConfigurationKeyName("WEBSOCKET_HOST"), Description("the address to listen on")]
    [ListeningAddress]
    public string Host { get; set; } = "localhost";

    /// <summary>WEBSOCKET_PORT: the port to listen on, 1 to 65535.</summary>
    [ConfigurationKeyName("WEBSOCKET_PORT"), Description("the port to listen on")]
    [Range(1, 65535)]
    public int Port { get; set; } = 5678;

    /// <summary>SERVER_SLEEP: the time between two looks at a game, 0.001 to 3,600 seconds.</summary>
    [ConfigurationKeyName("SERVER_SLEEP"), Description("seconds between two looks at a game")]
    [Range(0.001, 3600.0)]
    public TimeSpan Sleep { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>LOBBY_TIMEOUT: how long a lobby waits to fill, 0 to 86,400 seconds.</summary>
    [ConfigurationKeyName("LOBBY_TIMEOUT"), Description("seconds for which a lobby waits to fill")]
    [Range(0.0, 86_400.0)]
    public TimeSpan LobbyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>TURN_TIMEOUT: how long a player may take for a turn, and a connection may be silent, 1 to 86,400 seconds.</summary>
    [ConfigurationKeyName("TURN_TIMEOUT"), Description("seconds after which a player who does not attack forfeits the turn, and a connection that answers no ping is closed")]
    [Range(1.0, 86_400.0)]
    public TimeSpan TurnTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>LOGGER_MODULE: whether the log is also published on Redis.</summary>
    [ConfigurationKeyName("LOGGER_MODULE"), Description("default, or redis to publish the log on Redis, too, from which the silos hear of a game's end")]
    public LoggerModule LoggerModule { get; set; }

    /// <summary>LOG_LEVEL: the least severe line on the terminal.</summary>
    [ConfigurationKeyName("LOG_LEVEL"), Description("the least severe line on the terminal: CRITICAL, ERROR, WARNING, INFO or DEBUG")]
    public LogLevelName LogLevel { get; set; } = LogLevelName.INFO;

    [AttributeUsage(AttributeTargets.Property)]
    private sealed class ListeningAddressAttribute : ValidationAttribute
    {
        public ListeningAddressAttribute() => ErrorMessage = "localhost or an IP address";

        public override bool IsValid(object? value) => value is not string text || text == "localhost" || IPAddress.TryParse(text, out _);
    }
}

/// <summary>LOGGER_MODULE: where the server's log goes.</summary>
public enum LoggerModule
{
    /// <summary>To the terminal.</summary>
    @default,

    /// <summary>Also to Redis.</summary>
    redis,
}
