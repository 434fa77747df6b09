namespace Superhero.Chaos;

/// <summary>What is broken when.</summary>
public static class Schedule
{
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(5);

    /// <summary>The faults of a run: each once in any order, then as chance has it.</summary>
    public static IEnumerable<(TimeSpan At, Fault Fault)> Of(ChaosOptions options)
    {
        var random = new Random(options.Seed);
        var firsts = Fault.Possible.Where(fault => !options.KeepsRedis || !fault.ReplacesRedis).ToArray();
        Fault[] weighted = [.. firsts.SelectMany(fault => Enumerable.Repeat(fault, fault.Weight))];
        random.Shuffle(firsts);

        // So short that each fault comes in time.
        var gap = TimeSpan.FromTicks(Math.Min(MaxGap.Ticks, (options.Length / firsts.Length).Ticks));
        var at = TimeSpan.Zero;
        for (var i = 0; (at += gap * random.NextDouble()) < options.Length; i++)
        {
            yield return (at, i < firsts.Length ? firsts[i] : weighted[random.Next(weighted.Length)]);
        }
    }
}
