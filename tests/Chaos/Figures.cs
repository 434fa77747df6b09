namespace Superhero.Chaos;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Seconds">How long it took until the last key was gone.</param>
/// <param name="Faults">How often each thing was broken.</param>
/// <param name="Finished">The games that were finished.</param>
/// <param name="Unannounced">The games of which no message spoke.</param>
/// <param name="Right">The games that are in both tables once, with the right rows.</param>
/// <param name="Lost">The games that are missing from a table.</param>
/// <param name="Doubled">The games that are in a table more than once.</param>
/// <param name="Resumed">The games that a silo began and another ended.</param>
/// <param name="Swept">The games that the sweep found.</param>
/// <param name="Counted">The games in the season's statistics.</param>
/// <param name="Compacted">The games that the Delta tables contain, as ClickHouse reads them.</param>
/// <param name="SingleFiles">The games' own files that are left.</param>
/// <param name="Problems">The problems that verify finds.</param>
/// <param name="Slowest">The seconds from the end of a game, announced or not, to its later file: the longest.</param>
/// <param name="Memory">The most memory that any silo has taken, in MiB.</param>
/// <param name="TemporaryFiles">The temporary files that are left.</param>
/// <param name="Keys">The keys of games that are left.</param>
public sealed record Figures(
    int Seed, double Seconds, IReadOnlyDictionary<Fault, int> Faults, int Finished, int Unannounced, int Right, int Lost, int Doubled,
    int Resumed, int Swept, long Counted, long Compacted, int SingleFiles, int Problems, double Slowest, int Memory, int TemporaryFiles, int Keys)
{
    /// <summary>The names of the figures, as the head of a table.</summary>
    public static string Head { get; } =
        $"""
        | seed | s | {string.Join(" | ", Fault.All.Select(fault => fault.Column))} | games | unannounced | ok | lost | doubled | resumed | swept | counted | compacted | single | problems | slowest s | MiB | files left | keys left |
        |{string.Concat(Enumerable.Repeat(" ---: |", Fault.All.Count + 17))}
        """;

    /// <summary>Whether all is as it must be.</summary>
    /// <param name="compacts">Whether silos compact.</param>
    public bool AreRight(bool compacts) => Right == Finished && Counted == Finished && Lost == 0 && Doubled == 0 && TemporaryFiles == 0 && Keys == 0
        && Problems == 0 && (!compacts || (Compacted == Finished && SingleFiles == 0));

    /// <summary>The figures, as a row of the table.</summary>
    public string Row =>
        $"| {Seed} | {Seconds:0} | {string.Join(" | ", Fault.All.Select(fault => Faults.GetValueOrDefault(fault)))} | {Finished} "
        + $"| {Unannounced} | {Right} | {Lost} | {Doubled} | {Resumed} | {Swept} | {Counted} | {Compacted} | {SingleFiles} | {Problems} | {Slowest:0} | {Memory} | {TemporaryFiles} | {Keys} |";
}
