namespace Superhero.Chaos;

/// <summary>What is broken when.</summary>
public static class Schedule
{
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(5);

    // A pause takes the longest, a restart of Redis disturbs all; the rest comes more often. The disk hangs once, since all wait for it.
    private static readonly Fault[] Weighted =
    [
        Fault.Kill, Fault.Kill, Fault.Kill, Fault.Pause, Fault.Pause, Fault.RestartRedis, Fault.FailOver, Fault.DropSubscribers, Fault.Replace,
    ];

    /// <summary>The faults of a run: each kind once in any order, then as chance has it.</summary>
    public static IEnumerable<(TimeSpan At, Fault Fault)> Of(ChaosOptions options)
    {
        var random = new Random(options.Seed);
        var firsts = Enum.GetValues<Fault>();
        random.Shuffle(firsts);
        var at = TimeSpan.Zero;
        for (var i = 0; (at += MaxGap * random.NextDouble()) < options.Length; i++)
        {
            yield return (at, i < firsts.Length ? firsts[i] : Weighted[random.Next(Weighted.Length)]);
        }
    }
}
