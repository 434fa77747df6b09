namespace Superhero.Grains;

/// <summary>A game can't be processed as it is, and trying again would not help: it belongs in quarantine.</summary>
/// <param name="reason">Why, in a few words.</param>
/// <param name="line">The line of the game's log that is at fault, cut where it is long; null where none is.</param>
public sealed class UnprocessableGameException(string reason, string? line = null) : Exception(reason)
{
    /// <summary>The line of the game's log that is at fault, cut where it is long; null where none is.</summary>
    public string? Line { get; } = line;
}
