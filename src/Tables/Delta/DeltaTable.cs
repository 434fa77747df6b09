using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Delta;

/// <summary>A Delta table: its log, and the files that the log names.</summary>
/// <param name="store">Where it is.</param>
/// <param name="schema">Its columns.</param>
public sealed class DeltaTable(IOutputStore store, TableSchema schema)
{
    /// <summary>Its columns.</summary>
    public TableSchema Schema => schema;

    /// <summary>Its log.</summary>
    public DeltaLog Log { get; } = new(store, schema);

    /// <summary>Opens files of it, to look for games in them.</summary>
    public PartGames Open(IEnumerable<AddedFile> files) => new(store, schema, [.. files.Select(StoredFileOf)]);

    /// <summary>Where a file of it is.</summary>
    public StoredFile StoredFileOf(AddedFile file) => new(schema.DeltaFolder + file.FilePath, file.Size);

    /// <summary>Writes a new part and commits it.</summary>
    /// <param name="snapshot">The version that the commit follows; it becomes the new one.</param>
    /// <param name="partition">The partition; null if the table has none.</param>
    /// <param name="groups">The part's row groups, sorted by the first column.</param>
    /// <param name="replaced">The files that the part replaces.</param>
    /// <param name="games">How many games are new to the table.</param>
    /// <param name="dataChange">Whether the commit changes the table's rows, and not only their files.</param>
    /// <param name="now">The time.</param>
    /// <param name="retention">How long tombstones are kept.</param>
    /// <returns>False if somebody else has committed that version.</returns>
    /// <exception cref="IOException">The output failed, and the commit may have been made.</exception>
    public async Task<bool> TryCommitAsync(
        Snapshot snapshot, Partition? partition, IEnumerable<TableRows> groups, IEnumerable<AddedFile> replaced, int games, bool dataChange,
        DateTimeOffset now, TimeSpan retention)
    {
        AddedFile part;
        try
        {
            part = await WriteAsync(partition, groups, now, dataChange);
        }
        catch (FileNotFoundException)
        {
            // This process was paused. A vacuum that removes a part has made a commit before, so the part could not be committed any more.
            return false;
        }

        DeltaAction[] commit =
        [
            DeltaAction.Info(dataChange ? "WRITE" : "OPTIMIZE", now, GameParquet.Writer, games, blindAppend: false),
            .. replaced.Select(file => new DeltaAction { Remove = file.Remove(now, dataChange) }),
            new() { Add = part },
        ];
        if (await Log.TryCommitAsync(snapshot, commit, now, retention))
        {
            return true;
        }

        await store.DeleteAsync(StoredFileOf(part).Path);
        return false;
    }

    /// <summary>Writes a new part and reads it back. It belongs to the table once a commit names it.</summary>
    /// <param name="partition">The partition; null if the table has none.</param>
    /// <param name="groups">Its row groups, sorted by the first column.</param>
    /// <param name="now">The time.</param>
    /// <param name="dataChange">Whether its rows are new to the table.</param>
    /// <exception cref="FileNotFoundException">The part was removed before it was read back, since this process was paused for long.</exception>
    /// <exception cref="IOException">The output failed.</exception>
    public async Task<AddedFile> WriteAsync(Partition? partition, IEnumerable<TableRows> groups, DateTimeOffset now, bool dataChange)
    {
        var statistics = new PartStatistics(schema);
        var content = PartParquet.Create(schema, groups.Select(group =>
        {
            statistics.Add(group);
            return group;
        }));
        var file = new AddedFile(
            (partition is { } day ? $"{day.Folder}/" : "") + PartName.Create(now),
            partition is { } one ? new Dictionary<string, string?> { ["date"] = one.Value } : new Dictionary<string, string?>(),
            content.Length, now.ToUnixTimeMilliseconds(), dataChange, $"{statistics}");
        var path = StoredFileOf(file).Path;
        await store.WriteAsync(path, content);
        var written = await store.ReadAsync(path);
        return content.AsSpan().SequenceEqual(written) ? file
            : throw new IOException($"{path} holds something else than was written.");
    }

    /// <summary>The parts in the table's folders that this program has written, with their paths as the log has them.</summary>
    /// <exception cref="IOException">They can't be listed.</exception>
    public async Task<IReadOnlyList<string>> ListPartsAsync()
    {
        List<string> folders = [""];
        await foreach (var folder in store.ListFoldersAsync(schema.DeltaFolder))
        {
            if (Partition.Parse(folder) is not null)
            {
                folders.Add(folder + "/");
            }
        }

        List<string> parts = [];
        foreach (var folder in folders)
        {
            parts.AddRange(await store.ListAsync($"{schema.DeltaFolder}{folder}{PartName.Beginning}")
                .Select(file => file.Path[schema.DeltaFolder.Length..])
                .Where(path => PartName.TimeOf(path) is not null).ToListAsync());
        }

        return parts;
    }
}

/// <summary>The names of parts: unique, and they tell when a part was written.</summary>
public static class PartName
{
    /// <summary>What all of them begin with.</summary>
    public const string Beginning = "part-";

    /// <summary>A new one.</summary>
    public static string Create(DateTimeOffset now) => $"{Beginning}{Guid.CreateVersion7(now):D}{GameFile.Extension}";

    /// <summary>When a part was written, by the clock of its writer; null if another program has written it.</summary>
    public static DateTimeOffset? TimeOf(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is var name
        && name.StartsWith(Beginning, StringComparison.Ordinal) && name.EndsWith(GameFile.Extension, StringComparison.Ordinal)
        && Guid.TryParseExact(name[Beginning.Length..^GameFile.Extension.Length], "D", out var id) && id.Version == 7
            ? DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id.ToString("N")[..12], 16))
            : null;
}
