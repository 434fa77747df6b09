namespace Superhero.Redis;

/// <summary>The words that a game's status key holds.</summary>
public static class GameStatus
{
    /// <summary>Made, with nobody in its lobby yet.</summary>
    public const string Initializing = "Initializing";

    /// <summary>Waits for participants.</summary>
    public const string WaitingLobby = "Waiting Lobby";

    /// <summary>The original's other spelling of a lobby that may still be joined.</summary>
    public const string TimeOut = "Time Out";

    /// <summary>Full, about to begin.</summary>
    public const string Starting = "Starting";

    /// <summary>Fought; nobody has been told that it is their turn.</summary>
    public const string InProgress = "In-Progress";

    /// <summary>Fought; somebody has been told that it is their turn.</summary>
    public const string WaitingPlayer = "Waiting Player";

    /// <summary>Finished.</summary>
    public const string Completed = "Completed";

    /// <summary>A lobby that never filled; the game was never played.</summary>
    public const string TimedOut = "Timed Out";
}
