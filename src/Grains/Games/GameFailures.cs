using System.Collections.Concurrent;

namespace Superhero.Grains.Games;

/// <summary>What failed on this silo lately: games, the sweep, the merging. The silo's health follows from it.</summary>
/// <param name="clock">Tells how long ago.</param>
public sealed class GameFailures(TimeProvider clock)
{
    // Longer than a failed game waits for its next attempt; after that, another silo has it.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<Guid, (long At, string Reason)> _failures = new();

    /// <summary>Why the last pass of the sweep failed; null if it did not, or if another silo runs the sweep.</summary>
    public string? Sweep { get; set; }

    /// <summary>Why the last pass of the merging failed; null if it did not, or if another silo merges.</summary>
    public string? Merging { get; set; }

    /// <summary>What is wrong, in a line; null for nothing.</summary>
    public string? Problem
    {
        get
        {
            foreach (var (token, _) in _failures.Where(failure => clock.GetElapsedTime(failure.Value.At) > Memory))
            {
                _failures.TryRemove(token, out _);
            }

            var failed = _failures.Values.OrderByDescending(failure => failure.At).FirstOrDefault();
            return failed.Reason is { } reason ? $"games that failed and wait for their next attempt: {_failures.Count}; {reason}"
                : Sweep is { } sweep ? $"the sweep, which does games that no message announces, fails: {sweep}"
                : Merging is { } merging ? $"merging games' files fails, and is retried: {merging}"
                : null;
        }
    }

    /// <summary>A game failed.</summary>
    public void Failed(Guid token, string reason)
    {
        if (_failures.Count < MaxRemembered)
        {
            _failures[token] = (clock.GetTimestamp(), reason);
        }
    }

    /// <summary>A game has come to its end.</summary>
    public void Succeeded(Guid token) => _failures.TryRemove(token, out _);
}
