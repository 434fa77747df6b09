namespace Superhero.Tables.Rows;

/// <summary>Where and when a game comes from: what its files say beside their rows. It is fixed by the game and its claim, and so
/// are the files' bytes.</summary>
/// <param name="Silo">The host name of the silo that claimed the game.</param>
/// <param name="StartedAt">When its first attack was, in UTC.</param>
/// <param name="EndedAt">When its last attack was, in UTC.</param>
/// <param name="ClaimedAt">When it was first claimed, in UTC.</param>
public sealed record GameOrigin(string Silo, DateTimeOffset StartedAt, DateTimeOffset EndedAt, DateTimeOffset ClaimedAt);
