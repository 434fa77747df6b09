namespace Superhero.Grains.Games;

/// <summary>What is known of a game before an attempt at it.</summary>
/// <param name="IsSwept">Whether the sweep found it, and no message.</param>
/// <param name="Replays">Whether it is to be done even where it is in quarantine, or waits for its next attempt.</param>
/// <param name="HaveLeft">Whether all of these users have left the game.</param>
public sealed record AttemptContext(bool IsSwept, bool Replays, Func<IReadOnlyCollection<string>, bool> HaveLeft);
