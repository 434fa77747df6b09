using System.Diagnostics;
using System.Diagnostics.Metrics;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;

namespace Superhero.Grains.Metrics;

/// <summary>What this silo counts of games, and the spans of what it does with one.</summary>
public sealed class GameMetrics
{
    /// <summary>The name of the project's meter, and of its source of spans.</summary>
    public const string Name = "Superhero";

    /// <summary>Where the project's spans come from.</summary>
    public static readonly ActivitySource Source = new(Name);

    /// <summary>How durations are told apart, in seconds: from a millisecond to a minute.</summary>
    public static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    private readonly Counter<long> _games;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _written;
    private readonly Counter<long> _merged;
    private readonly Histogram<double> _steps;
    private readonly Histogram<double> _ages;

    /// <summary>Makes the meter.</summary>
    public GameMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _games = meter.CreateCounter<long>("superhero.games", "{game}", "Games that came to an end, by outcome, by what found them, and whether another attempt had claimed them.");
        _duplicates = meter.CreateCounter<long>("superhero.duplicates", "{call}", "Calls and announcements of a game that was in work or done, and so was not done again.");
        _failures = meter.CreateCounter<long>("superhero.failures", "{attempt}", "Attempts at games that failed, by cause: redis, output, memory, timeout, or the game itself.");
        _written = meter.CreateCounter<long>("superhero.written", "By", "Bytes of Parquet files that are safe on disk.");
        _merged = meter.CreateCounter<long>("superhero.games.merged", "{game}", "Games whose files the cluster has merged into larger ones; told by the silo that merges.");
        _steps = meter.CreateHistogram<double>("superhero.step.duration", "s", "Time that a step of a game took.", advice: Durations);
        _ages = meter.CreateHistogram("superhero.last_attack.age", "s", "Time from a game's last attack until its files are safe on disk, by the clocks of both machines.", advice: Durations);
        meter.CreateObservableGauge(
            "superhero.games.open", () => OpenGames is { } open ? [new Measurement<long>(open)] : Array.Empty<Measurement<long>>(), "{game}", "Games in the simulator's index, as the last pass of the sweep saw it; told by the silo that sweeps.");
        meter.CreateObservableGauge(
            "superhero.games.unmerged", () => UnmergedGames is { } unmerged ? [new Measurement<long>(unmerged)] : Array.Empty<Measurement<long>>(), "{game}", "Games that the last pass of merging left for later; told by the silo that merges.");
    }

    /// <summary>How many games the last pass left to be merged later; null on a silo that does not merge.</summary>
    public long? UnmergedGames { get; set; }

    /// <summary>How many games the last pass of the sweep saw; null on a silo that does not sweep.</summary>
    public long? OpenGames { get; set; }

    /// <summary>Counts a game that came to its end.</summary>
    /// <param name="outcome">What became of it.</param>
    /// <param name="swept">Whether the sweep found it, and no message.</param>
    /// <param name="resumed">Whether an earlier attempt had claimed it.</param>
    public void Ended(GameOutcome outcome, bool swept, bool resumed = false) => _games.Add(
        1,
        new KeyValuePair<string, object?>("outcome", outcome.ToString()),
        new KeyValuePair<string, object?>("found_by", swept ? "sweep" : "message"),
        new KeyValuePair<string, object?>("resumed", resumed));

    /// <summary>Counts a call that found the game in work or done.</summary>
    public void Duplicate() => _duplicates.Add(1);

    /// <summary>Counts an attempt that failed.</summary>
    /// <param name="cause">Why, as <see cref="FailureCause"/> tells.</param>
    public void Failed(string cause) => _failures.Add(1, new KeyValuePair<string, object?>("cause", cause));

    /// <summary>Counts games that were merged.</summary>
    public void Merged(int count) => _merged.Add(count);

    /// <summary>Counts bytes that are safe on disk.</summary>
    public void Written(long bytes) => _written.Add(bytes);

    /// <summary>Records how long ago a game's last attack was when its files were safe on disk.</summary>
    /// <param name="age">What is negative, because the clocks differ, is not recorded.</param>
    public void LastAttack(TimeSpan age)
    {
        if (age >= TimeSpan.Zero)
        {
            _ages.Record(age.TotalSeconds);
        }
    }

    /// <summary>Begins a step, which ends when it is disposed.</summary>
    /// <param name="name">begin, load or end.</param>
    public Span Begin(string name) => new(this, name);

    /// <summary>A step of a game: a span, and its duration.</summary>
    public sealed class Span : IDisposable
    {
        private readonly GameMetrics _metrics;
        private readonly string _name;
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly Activity? _activity;

        internal Span(GameMetrics metrics, string name) => (_metrics, _name, _activity) = (metrics, name, Source.StartActivity(name));

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            _activity?.Dispose();
            _metrics._steps.Record(Stopwatch.GetElapsedTime(_started).TotalSeconds, new KeyValuePair<string, object?>("step", _name));
        }
    }
}
