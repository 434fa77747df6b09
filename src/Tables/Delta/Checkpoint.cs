using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Superhero.Tables.Query;

namespace Superhero.Tables.Delta;

/// <summary>Converts the actions of a snapshot to a checkpoint and back: a Parquet file with a row for each action (classic, V1).</summary>
internal static class Checkpoint
{
    private const string Add = "STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR)";

    private const string Columns =
        $$"""
        {
            txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
            add: '{{Add}}',
            remove: 'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)',
            metaData: 'STRUCT(id VARCHAR, name VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], createdTime BIGINT, configuration MAP(VARCHAR, VARCHAR))',
            protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER)'
        }
        """;

    /// <summary>Writes a checkpoint.</summary>
    public static byte[] Write(IEnumerable<DeltaAction> actions) => Use(DeltaAction.Format(actions), (database, path) =>
    {
        var (from, to) = (Database.Quote(path), path + ".parquet");
        database.Execute($"COPY (FROM read_json({from}, format = 'newline_delimited', columns = {Columns})) TO {Database.Quote(to)} (FORMAT parquet, COMPRESSION snappy)");
        return File.ReadAllBytes(to);
    });

    /// <summary>Reads a checkpoint, also one that another program has written.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint.</exception>
    public static IReadOnlyList<DeltaAction> Read(byte[] content)
    {
        try
        {
            return Use(content, Read);
        }
        catch (IOException exception) when (exception.InnerException is DuckDBException)
        {
            throw new InvalidDataException($"it can't be read as a checkpoint: {exception.InnerException.Message.Split('\n')[0]}", exception);
        }
    }

    // Almost all actions add a file, and JSON would take most of the time for them. The files of a day share its values.
    private static List<DeltaAction> Read(Database database, string path)
    {
        var from = Database.Quote(path);
        Dictionary<string, IReadOnlyDictionary<string, string?>> partitions = [];
        return
        [
            .. database.Query($"SELECT to_json(other)::VARCHAR FROM (SELECT * EXCLUDE (add) FROM read_parquet({from}) WHERE add.path IS NULL) other", row => row.GetString(0))
                .SelectMany(line => DeltaAction.Parse(Encoding.UTF8.GetBytes(line))),
            .. database.Query(
                $"""
                SELECT file.path, to_json(file.partitionValues)::VARCHAR, file.size, file.modificationTime, file.stats
                FROM (SELECT add::{Add} AS file FROM read_parquet({from})) WHERE file.path IS NOT NULL
                """,
                row => new DeltaAction
                {
                    Add = new AddedFile(row.GetString(0), ValuesOf(row.GetString(1)), row.GetInt64(2), row.GetInt64(3), DataChange: false, row.IsDBNull(4) ? null : row.GetString(4)),
                }),
        ];

        IReadOnlyDictionary<string, string?> ValuesOf(string json) => partitions.TryGetValue(json, out var known) ? known
            : partitions[json] = JsonSerializer.Deserialize<Dictionary<string, string?>>(json) ?? [];
    }

    private static T Use<T>(byte[] content, Func<Database, string, T> act)
    {
        using var scratch = Scratch.Create(output: null);
        using var database = new Database(scratch.Folder);
        var from = Path.Combine(scratch.Folder, "from");
        File.WriteAllBytes(from, content);
        return act(database, from);
    }
}
