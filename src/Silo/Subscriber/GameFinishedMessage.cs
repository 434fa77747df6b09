namespace Superhero.Silo.Subscriber;

/// <summary>A message that a game has ended, of which each participant causes one.</summary>
/// <param name="Game">The game_token.</param>
/// <param name="User">The user_token of the participant.</param>
public readonly record struct GameFinishedMessage(Guid Game, string User);
