namespace Superhero.Grains.Games;

/// <summary>The durable record of a game's processing, kept in Orleans' grain storage and guarded by its ETag.</summary>
[GenerateSerializer]
[Alias("superhero.GameRecord")]
public sealed record GameRecord
{
    /// <summary>How far the game is.</summary>
    [Id(0)]
    public GameStage Stage { get; init; }

    /// <summary>The host name of the silo that claimed the game. The files bear it whichever silo writes them. Empty
    /// where the game went to quarantine unclaimed.</summary>
    [Id(1)]
    public string ClaimedBy { get; init; } = "";

    /// <summary>When the game was claimed, in UTC.</summary>
    [Id(2)]
    public DateTimeOffset ClaimedAt { get; init; }

    /// <summary>How many attempts have begun: 1, and one more for each time that the game was resumed.</summary>
    [Id(3)]
    public int Attempts { get; init; } = 1;
}
