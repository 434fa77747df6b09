namespace Superhero.Grains.Ledger;

/// <summary>What beginning an attempt has come to.</summary>
/// <param name="State">How the game was found.</param>
/// <param name="Claim">The attempt.</param>
/// <param name="Game">What Redis holds of the game; null where that does not matter, or where one of its keys has another
/// type than it should.</param>
public sealed record Beginning(BeginState State, Claim Claim, FoundGame? Game);

/// <summary>How an attempt finds a game.</summary>
public enum BeginState
{
    /// <summary>Redis knows no such game, or no more than leftovers of it.</summary>
    Unknown,

    /// <summary>It still runs, or its lobby still waits.</summary>
    Running,

    /// <summary>Its lobby never filled.</summary>
    TimedOut,

    /// <summary>It is finished, and now it is this attempt's.</summary>
    Claimed,

    /// <summary>Another silo has it in work.</summary>
    Held,

    /// <summary>Its last attempt failed, and the time for the next one has not come.</summary>
    Waiting,

    /// <summary>Its files are safe; its keys are still there to stay.</summary>
    Loaded,

    /// <summary>Its files are safe, and its keys are on their way out of Redis.</summary>
    Cleaned,

    /// <summary>It is cleaned, and log lines have come since.</summary>
    Late,

    /// <summary>It is in quarantine.</summary>
    Quarantined,

    /// <summary>What stands where its record belongs is no record.</summary>
    Unrecordable,
}
