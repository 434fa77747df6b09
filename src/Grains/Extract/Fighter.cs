namespace Superhero.Grains.Extract;

/// <summary>What a game's log says of a participant.</summary>
/// <param name="User">The user_token.</param>
/// <param name="Rounds">The attacks made.</param>
/// <param name="Received">The sum of the damage received.</param>
/// <param name="Sent">The sum of the damage sent.</param>
/// <param name="Death">Which of the game's first deaths this one's was, from 1; 0 for a survivor.</param>
public sealed record Fighter(string User, int Rounds, ulong Received, ulong Sent, int Death);
