using Superhero.Grains.Interfaces;
using Superhero.Grains.Load;

namespace Superhero.Silo.Tables;

/// <summary>The files of a table in an output folder: those of single games, and the parts that games were merged into.</summary>
/// <param name="output">The output folder.</param>
/// <param name="schema">The table.</param>
public sealed class TableFiles(string output, TableSchema schema)
{
    /// <summary>How the names of all files end.</summary>
    public const string Ending = ".gz.parquet";

    private const string Partition = "date=";
    private const int TokenLength = 36;

    /// <summary>The table.</summary>
    public TableSchema Schema => schema;

    private string Folder => Path.Combine(output, schema.Folder);

    private IEnumerable<FileInfo> GameFiles => Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles($"*{Ending}") : [];

    private IEnumerable<FileInfo> PartFiles => Directory.Exists(Folder)
        ? new DirectoryInfo(Folder).EnumerateDirectories($"{Partition}*").SelectMany(day => day.EnumerateFiles($"*{Ending}"))
        : [];

    /// <summary>The files of single games, by name.</summary>
    public IReadOnlyList<FileInfo> Games => Sorted(GameFiles);

    /// <summary>The merged parts, by date and name.</summary>
    public IReadOnlyList<FileInfo> Parts => Sorted(PartFiles);

    /// <summary>Patterns that match all of these, for DuckDB.</summary>
    public IReadOnlyList<string> Globs =>
    [
        .. GameFiles.Any() ? [Path.Combine(Folder, $"*{Ending}")] : Array.Empty<string>(),
        .. PartFiles.Any() ? [Path.Combine(Folder, $"{Partition}*", $"*{Ending}")] : Array.Empty<string>(),
    ];

    /// <summary>The files of one game; more than one where something is wrong.</summary>
    public IReadOnlyList<FileInfo> Of(Guid game) =>
        Sorted(Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles($"{game:D}_*{Ending}") : []);

    /// <summary>The path, within the output folder, of a part.</summary>
    public string PartPath(DateOnly day, string name) => Path.Combine(schema.Folder, $"{Partition}{day:yyyy-MM-dd}", $"{name}{Ending}");

    /// <summary>The path of a file within the output folder.</summary>
    public string Relative(FileInfo file) => Path.GetRelativePath(output, file.FullName);

    /// <summary>Whose file it is.</summary>
    /// <returns>Null where its name does not say so.</returns>
    public static (Guid Game, string Silo)? Owner(string path) =>
        Path.GetFileName(path) is var name
        && name.Length > TokenLength + 1 + Ending.Length
        && name[TokenLength] == '_'
        && GameToken.TryParse(name[..TokenLength], out var token)
            ? (token, name[(TokenLength + 1)..^Ending.Length])
            : null;

    private static IReadOnlyList<FileInfo> Sorted(IEnumerable<FileInfo> files) =>
        [.. files.OrderBy(file => file.FullName, StringComparer.Ordinal)];
}
