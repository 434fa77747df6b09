namespace Superhero.Grains.Games;

/// <summary>Says of which failures the log tells: of the first of a kind, and then of one a minute, with the number of those in
/// between.</summary>
/// <param name="clock">Tells when a minute is over.</param>
public sealed class FailureSummary(TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Told, int Count)> _kinds = [];

    /// <summary>Counts a failure.</summary>
    /// <returns>How many of its kind there were since the last that was told of, itself included; null where this one need not be
    /// told of.</returns>
    public int? Add(string kind)
    {
        lock (_lock)
        {
            var known = _kinds.TryGetValue(kind, out var last);
            if (known && clock.GetElapsedTime(last.Told) < Interval)
            {
                _kinds[kind] = (last.Told, last.Count + 1);
                return null;
            }

            _kinds[kind] = (clock.GetTimestamp(), 0);
            return last.Count + 1;
        }
    }
}
