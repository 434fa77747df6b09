namespace Superhero.Benchmarks.Measuring;

/// <summary>What all comparisons share: five rounds, interleaved, and their median.</summary>
public static class Median
{
    /// <summary>How many rounds.</summary>
    public const int Rounds = 5;

    /// <summary>The middle one.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The value below which so many quarters lie.</summary>
    public static double Quartile(IReadOnlyCollection<double> values, int quarters) =>
        values.Order().ElementAt((values.Count - 1) * quarters / 4);

    /// <summary>The middle one of a measure.</summary>
    public static double Of<T>(IEnumerable<T> values, Func<T, double> measure) => Of(values.Select(measure));
}
