namespace Superhero.Grains.Journal;

/// <summary>What can happen to a game.</summary>
public enum GameEvent
{
    /// <summary>Its files are safe on disk.</summary>
    Loaded,

    /// <summary>Its keys are on their way out of Redis.</summary>
    Cleaned,

    /// <summary>Its lobby never filled, and its keys are on their way out of Redis.</summary>
    TimedOut,

    /// <summary>It can't be processed.</summary>
    Quarantined,
}
