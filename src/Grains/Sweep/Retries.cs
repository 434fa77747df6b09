namespace Superhero.Grains.Sweep;

/// <summary>When each game that the sweep has handed on and that is still there may be handed on again: after a second, two, four
/// and so on, at the most after a minute. So a game that fails holds up no other.</summary>
/// <param name="clock">Tells the time.</param>
internal sealed class Retries(TimeProvider clock)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, (long Since, TimeSpan Wait)> _games = [];

    /// <summary>Whether a game may be handed on.</summary>
    public bool IsDue(Guid token) => !_games.TryGetValue(token, out var game) || clock.GetElapsedTime(game.Since) >= game.Wait;

    /// <summary>Puts a game off, for twice as long as the last time.</summary>
    public void PutOff(Guid token)
    {
        var wait = _games.TryGetValue(token, out var game) ? game.Wait * 2 : FirstWait;
        _games[token] = (clock.GetTimestamp(), wait < MaxWait ? wait : MaxWait);
    }

    /// <summary>Puts a game off for good.</summary>
    public void Settle(Guid token) => _games[token] = (0, TimeSpan.MaxValue);

    /// <summary>Forgets the games that are no longer there, and were not handed on for a while.</summary>
    public void KeepOnly(IReadOnlySet<Guid> there, TimeSpan age)
    {
        foreach (var token in _games.Where(game => !there.Contains(game.Key) && clock.GetElapsedTime(game.Value.Since) > age).Select(game => game.Key).ToList())
        {
            _games.Remove(token);
        }
    }
}
