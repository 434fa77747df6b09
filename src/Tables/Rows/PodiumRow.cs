namespace Superhero.Tables.Rows;

/// <summary>A participant's place in a game: a row of GAME_PODIUM, without its game_token.</summary>
/// <param name="User">The participant's user_token.</param>
/// <param name="Rank">1 for the survivors; the first to die has the highest, the number of participants.</param>
/// <param name="Rounds">The attacks that the participant made.</param>
/// <param name="DamageReceived">The sum of ENEMY_DAMAGE of the attacks on the participant.</param>
/// <param name="DamageSent">The sum of ENEMY_DAMAGE of the participant's attacks.</param>
public readonly record struct PodiumRow(string User, byte Rank, ushort Rounds, ulong DamageReceived, ulong DamageSent);
