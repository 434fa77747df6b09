namespace Superhero.Grains.Games;

/// <summary>The steps of a game's processing, in their order.</summary>
[GenerateSerializer]
[Alias("superhero.GameStage")]
public enum GameStage
{
    /// <summary>Nothing is recorded of the game.</summary>
    None,

    /// <summary>A silo has taken the game; its files may be there or not.</summary>
    Claimed,

    /// <summary>Both files are safe on disk. Once the game's keys are on their way out of Redis, so is the record: it
    /// then has a time to live.</summary>
    Loaded,

    /// <summary>The game can't be processed; nothing of it was deleted.</summary>
    Quarantined,
}
