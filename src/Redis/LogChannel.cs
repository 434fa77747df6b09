namespace Superhero.Redis;

/// <summary>The Redis Pub/Sub channels that the simulator's log transport publishes on, and what is said there.</summary>
public static class LogChannel
{
    /// <summary>What is said once for each participant, some time after the game ended.</summary>
    public const string CleaningGameRecords = "Cleaning Game Records";

    /// <summary>The channel of lobbies, as the original publisher names it.</summary>
    public const string Lobby = "lib.server.lobby";

    /// <summary>The channel of attacks.</summary>
    public const string Game = "lib.server.game";

    /// <summary>All the names under which a game's end may be announced: the publisher's, the documentation's, and
    /// that in the original's table of variables.</summary>
    public static readonly IReadOnlyList<string> GameFinishedChannels = [Lobby, "redis.lib.server.lobby", "CLEAN"];
}
