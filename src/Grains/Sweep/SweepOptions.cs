namespace Superhero.Grains.Sweep;

/// <summary>How the sweep runs.</summary>
/// <param name="Interval">SWEEP_INTERVAL: the time between two passes, and the least time for which a game is left alone
/// after it was first seen finished.</param>
public sealed record SweepOptions(TimeSpan Interval);
