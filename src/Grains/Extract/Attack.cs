namespace Superhero.Grains.Extract;

/// <summary>One attack out of a game's log.</summary>
/// <param name="User">The user_token of the attacker.</param>
/// <param name="Enemy">The user_token of the attacked.</param>
/// <param name="Damage">The blow's full force, often more than the health that was left.</param>
/// <param name="Deadly">Whether the attacked had no health left after it.</param>
public readonly record struct Attack(string User, string Enemy, ulong Damage, bool Deadly);
