namespace Superhero.Grains.Interfaces;

/// <summary>What became of a game.</summary>
[GenerateSerializer]
[Alias("superhero.GameOutcome")]
public enum GameOutcome
{
    /// <summary>Redis knows no such game: it was never there, or it is done and cleaned.</summary>
    Unknown,

    /// <summary>The game still runs or its lobby still waits; it was left alone.</summary>
    Running,

    /// <summary>Both files are safe on disk and, where cleaning is on, the keys are cleaned.</summary>
    Loaded,

    /// <summary>The lobby never filled; there are no files, and where cleaning is on the keys are cleaned.</summary>
    TimedOut,

    /// <summary>The lobby never filled and others may still wait in it; its keys are cleaned when they have left.</summary>
    Leaving,

    /// <summary>The game can't be processed; all its keys are kept, and the quarantine's list says why.</summary>
    Quarantined,

    /// <summary>The attempt failed; the next one comes later.</summary>
    Failed,

    /// <summary>Another silo has the game in work, or it waits for its next attempt; it was left alone.</summary>
    Waiting,

    /// <summary>The silo has as many games in work as it can hold, or its output takes no files. Nothing was claimed, and the game waits
    /// in Redis.</summary>
    Deferred,
}
