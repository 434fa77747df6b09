namespace Superhero.Simulator.Heroes;

/// <summary>The heroes can't be loaded.</summary>
/// <param name="message">Why, in one line.</param>
public sealed class RosterException(string message) : Exception(message);
