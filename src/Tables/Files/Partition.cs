using System.Globalization;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>A partition of the merged tables: the games that ended on one day, in UTC.</summary>
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
        ended.Milliseconds is { } milliseconds ? DateOnly.FromDateTime(DateTime.UnixEpoch.AddMilliseconds(milliseconds)) : null);

    /// <summary>The partition whose folder it is.</summary>
    /// <returns>Null where the folder is none of a partition.</returns>
    public static Partition? Parse(string folder) =>
        folder == Key + Null ? new Partition(null)
        : folder.StartsWith(Key, StringComparison.Ordinal)
            && DateOnly.TryParseExact(folder[Key.Length..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new Partition(day)
            : null;

    /// <summary>The path, within the output, of a part.</summary>
    /// <param name="table">The table.</param>
    /// <param name="name">The part's name, without its ending.</param>
    public string PathOf(TableSchema table, string name) => $"{FolderIn(table)}{name}{GameFile.Extension}";

    /// <summary>The path, within the output, of its folder in a table, with a slash at its end.</summary>
    public string FolderIn(TableSchema table) => $"{table.Folder}{Folder}/";

    /// <summary>The day, as it is written in the folder's name.</summary>
    public override string ToString() => Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? Null;
}
