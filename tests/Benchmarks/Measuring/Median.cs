namespace Superhero.Benchmarks.Measuring;

/// <summary>What all comparisons share: five rounds, interleaved, and their median.</summary>
public static class Median
{
    /// <summary>How many rounds.</summary>
    public const int Rounds = 5;

    /// <summary>The middle one.</summary>
    public static double Of(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    /// <summary>The middle one of a measure.</summary>
    public static double Of<T>(IEnumerable<T> values, Func<T, double> measure) => Of(values.Select(measure));
}
