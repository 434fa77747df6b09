using System.Diagnostics.Metrics;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Metrics;

namespace Superhero.Silo.Subscriber;

/// <summary>What this silo counts of what it hears.</summary>
public sealed class SubscriberMetrics
{
    private readonly GameMetrics _games;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _inherited;
    private readonly Histogram<double> _durations;

    /// <summary>Adds to the project's meter.</summary>
    public SubscriberMetrics(IMeterFactory meters, IConnectionMultiplexer redis, GameMetrics games)
    {
        _games = games;
        var meter = meters.Create(GameMetrics.Name);
        _messages = meter.CreateCounter<long>("superhero.messages", "{message}", "Messages heard, by kind: own, of another silo's share, dropped, or none that announces the end of a game.");
        _inherited = meter.CreateCounter<long>("superhero.inherited", "{game}", "Games that came into this silo's share when the members of the cluster changed, of those heard in the last minute.");
        _durations = meter.CreateHistogram<double>("superhero.announcement.duration", "s", "Time from hearing that a game has ended until that is dealt with.", advice: GameMetrics.Durations);
        meter.CreateObservableGauge("superhero.redis.connected", () => redis.IsConnected ? 1 : 0, "{connection}", "Whether Redis is connected.");
    }

    /// <summary>Counts a message.</summary>
    public void Received(string kind) => _messages.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Counts games that came into this silo's share.</summary>
    public void Inherited(int games) => _inherited.Add(games);

    /// <summary>Counts an announcement of a game that was dealt with by another one.</summary>
    public void Duplicate() => _games.Duplicate();

    /// <summary>Records that an announcement is dealt with.</summary>
    /// <param name="duration">The time since its hearing.</param>
    /// <param name="outcome">What became of the game.</param>
    public void Delivered(TimeSpan duration, GameOutcome outcome) => _durations.Record(
        duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome.ToString()));
}
