namespace Superhero.Grains.Ledger;

/// <summary>An attempt at a game, as its record has it.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Attempt">The number of the attempt, from 1: the fencing token of whatever ends it. 0 where there is no
/// record, and -1 where what stands in its place is none.</param>
/// <param name="ClaimedBy">The host name of the silo that first claimed the game. The files bear it whichever silo writes
/// them.</param>
/// <param name="ClaimedAt">When the game was first claimed, in UTC.</param>
public sealed record Claim(Guid Token, int Attempt, string ClaimedBy, DateTimeOffset ClaimedAt)
{
    /// <summary>When the game was first claimed, as its record spells it; empty if there is no record. It tells a record from
    /// one that was lost before.</summary>
    public string Written { get; init; } = "";

    /// <summary>Whether another attempt had begun before.</summary>
    public bool IsResumed => Attempt > 1;
}
