using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>The files of a table in an output folder: those of single games, and the parts that games were merged into.</summary>
/// <param name="output">The output folder.</param>
/// <param name="schema">The table.</param>
public sealed class TableFiles(string output, TableSchema schema)
{
    private const string Partition = "date=";

    /// <summary>The table.</summary>
    public TableSchema Schema => schema;

    private string Folder => Path.Combine(output, schema.Folder);

    private IEnumerable<FileInfo> GameFiles => Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles($"*{GameFile.Extension}") : [];

    private IEnumerable<FileInfo> PartFiles => Directory.Exists(Folder)
        ? new DirectoryInfo(Folder).EnumerateDirectories($"{Partition}*").SelectMany(day => day.EnumerateFiles($"*{GameFile.Extension}"))
        : [];

    /// <summary>The files of single games, by name.</summary>
    public IReadOnlyList<FileInfo> Games => Sorted(GameFiles);

    /// <summary>The merged parts, by date and name.</summary>
    public IReadOnlyList<FileInfo> Parts => Sorted(PartFiles);

    /// <summary>Patterns that match all of these, for DuckDB.</summary>
    public IReadOnlyList<string> Globs =>
    [
        .. GameFiles.Any() ? [Path.Combine(Folder, $"*{GameFile.Extension}")] : Array.Empty<string>(),
        .. PartFiles.Any() ? [Path.Combine(Folder, $"{Partition}*", $"*{GameFile.Extension}")] : Array.Empty<string>(),
    ];

    /// <summary>The files of one game; more than one where something is wrong.</summary>
    public IReadOnlyList<FileInfo> Of(Guid game) =>
        Sorted(Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles($"{game:D}_*{GameFile.Extension}") : []);

    /// <summary>The path, within the output folder, of a part.</summary>
    public string PartPath(DateOnly day, string name) => Path.Combine(schema.Folder, $"{Partition}{day:yyyy-MM-dd}", $"{name}{GameFile.Extension}");

    /// <summary>The path of a file within the output folder.</summary>
    public string Relative(FileInfo file) => Path.GetRelativePath(output, file.FullName);

    private static IReadOnlyList<FileInfo> Sorted(IEnumerable<FileInfo> files) =>
        [.. files.OrderBy(file => file.FullName, StringComparer.Ordinal)];
}
