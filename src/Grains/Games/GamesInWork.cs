using System.Collections.Concurrent;

namespace Superhero.Grains.Games;

/// <summary>The games that this silo has in work, and those that failed here lately; from these its health follows.</summary>
/// <param name="clock">Tells for how long.</param>
public sealed class GamesInWork(TimeProvider clock)
{
    /// <summary>For how long a game may be in work: 30 seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Longer than a failed game waits for its next attempt; after that, another silo has it.
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<Work, long> _works = new();
    private readonly ConcurrentDictionary<Guid, (long At, string Reason)> _failures = new();

    /// <summary>Why the last pass of the sweep failed, where this silo runs it; null where it did not.</summary>
    public string? SweepFailure { get; set; }

    /// <summary>What is wrong with the work, in a line; null for nothing.</summary>
    public string? Problem
    {
        get
        {
            foreach (var (token, _) in _failures.Where(failure => clock.GetElapsedTime(failure.Value.At) > Memory))
            {
                _failures.TryRemove(token, out _);
            }

            var slow = _works.Count(work => clock.GetElapsedTime(work.Value) > Patience);
            var failed = _failures.Values.OrderByDescending(failure => failure.At).FirstOrDefault();
            return slow > 0 ? $"games in work for more than {Patience.TotalSeconds:0} seconds: {slow}"
                : failed.Reason is { } reason ? $"games that failed and wait for their next attempt: {_failures.Count}; {reason}"
                : SweepFailure is { } failure ? $"the sweep, which does games that no message announces, fails: {failure}"
                : null;
        }
    }

    /// <summary>A game comes into work, until the answer is disposed.</summary>
    public IDisposable Begin()
    {
        var work = new Work(this);
        _works[work] = clock.GetTimestamp();
        return work;
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

    private sealed class Work(GamesInWork all) : IDisposable
    {
        public void Dispose() => all._works.TryRemove(this, out _);
    }
}
