using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Simulator.Players;

/// <summary>How a bot plays.</summary>
public sealed class PlayerOptions
{
    /// <summary>WEBSOCKET_HOST: where the server is.</summary>
    [ConfigurationKeyName("WEBSOCKET_HOST"), Description("where the server is")]
    public string Host { get; set; } = "localhost";

    /// <summary>WEBSOCKET_PORT: the server's port, 1 to 65535.</summary>
    [ConfigurationKeyName("WEBSOCKET_PORT"), Description("its port")]
    [Range(1, 65535)]
    public int Port { get; set; } = 5678;

    /// <summary>CLIENT_GAMES: how many games to play; -1 plays without end.</summary>
    [ConfigurationKeyName("CLIENT_GAMES"), Description("how many games a bot plays; -1 for no end")]
    [Range(-1, int.MaxValue)]
    public int Games { get; set; } = 10;
}
