namespace Superhero.Grains.Extract;

/// <summary>What Redis holds of a game, as it was at one moment.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Status">Its status, or null where there is no such game.</param>
/// <param name="Wanted">How many participants it wanted, as written; null where that is not known.</param>
/// <param name="Participants">The user_tokens of those in it.</param>
/// <param name="HeroIds">user_token to the id of the participant's hero, as written.</param>
/// <param name="Logs">The lines of its log, oldest first.</param>
public sealed record ExtractedGame(
    Guid Token,
    string? Status,
    string? Wanted,
    IReadOnlyList<string> Participants,
    IReadOnlyDictionary<string, string> HeroIds,
    IReadOnlyList<ReadOnlyMemory<byte>> Logs);
