using Superhero.Settings;

namespace Superhero.Simulator.Players;

/// <summary>How a bot plays.</summary>
/// <param name="Host">WEBSOCKET_HOST: where the server is (localhost).</param>
/// <param name="Port">WEBSOCKET_PORT: the server's port, 1 to 65535 (5678).</param>
/// <param name="Games">CLIENT_GAMES: how many games to play (10); -1 plays without end.</param>
public sealed record PlayerOptions(string Host, int Port, int Games)
{
    /// <summary>Reads the variables.</summary>
    /// <exception cref="SettingException">One of them has a value that is not allowed.</exception>
    public static PlayerOptions From(EnvironmentSettings settings) => new(
        settings.Text("WEBSOCKET_HOST") ?? "localhost",
        settings.Port("WEBSOCKET_PORT") ?? 5678,
        settings.Whole("CLIENT_GAMES", 10, -1, int.MaxValue));
}
