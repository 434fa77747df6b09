namespace Superhero.Silo.Subscriber;

/// <summary>A message that a game has ended, as it was heard.</summary>
/// <param name="Message">What it says.</param>
/// <param name="Heard">The timestamp of its hearing.</param>
public readonly record struct Announcement(GameFinishedMessage Message, long Heard);
