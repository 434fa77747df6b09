using System.Globalization;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>A partition of the Delta tables: the games that ended on one day, in UTC.</summary>
/// <param name="Day">The day; null for games whose end is not known, as they were written by a release before 0.3.0.</param>
public readonly record struct Partition(DateOnly? Day)
{
    private const string Key = "date=";

    // What Hive, and all that read its partitions, call one without a value.
    private const string Null = "__HIVE_DEFAULT_PARTITION__";

    /// <summary>The name of its folder in each table.</summary>
    public string Folder => Key + this;

    /// <summary>The partition of games that ended at a time.</summary>
    public static Partition Of(Time ended) => new(
        ended.Moment is { } moment ? DateOnly.FromDateTime(moment.UtcDateTime) : null);

    /// <summary>The partition of a value in a Delta table's log.</summary>
    public static Partition OfValue(string? value) => string.IsNullOrEmpty(value) ? new(null) : Parse(Key + value) ?? new(null);

    /// <summary>The partition whose folder it is.</summary>
    /// <returns>Null where the folder is none of a partition.</returns>
    public static Partition? Parse(string folder) =>
        folder == Key + Null ? new Partition(null)
        : folder.StartsWith(Key, StringComparison.Ordinal)
            && DateOnly.TryParseExact(folder[Key.Length..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new Partition(day)
            : null;

    /// <summary>Its value in a Delta table's log.</summary>
    public string? Value => Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The day, as it is written in the folder's name.</summary>
    public override string ToString() => Value ?? Null;
}
