namespace Superhero.Grains.Transform;

/// <summary>A game can't be processed as it is, and trying again would not help: it belongs in quarantine.</summary>
/// <param name="reason">Why, in one line.</param>
public sealed class UnprocessableGameException(string reason) : Exception(reason);
