using DuckDB.NET.Data;
using Superhero.Tables.Query;

namespace Superhero.Tables.Delta;

/// <summary>Converts the actions of a snapshot to a checkpoint and back: a Parquet file with a row for each action (classic, V1).</summary>
internal static class Checkpoint
{
    private const string Columns =
        """
        {
            txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
            add: 'STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR)',
            remove: 'STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)',
            metaData: 'STRUCT(id VARCHAR, name VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], createdTime BIGINT, configuration MAP(VARCHAR, VARCHAR))',
            protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER)'
        }
        """;

    /// <summary>Writes a checkpoint.</summary>
    public static byte[] Write(IEnumerable<DeltaAction> actions) =>
        Convert(DeltaAction.Format(actions), $"read_json(?, format = 'newline_delimited', columns = {Columns})", "FORMAT parquet, COMPRESSION snappy");

    /// <summary>Reads a checkpoint, also one that another program has written.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint.</exception>
    public static IReadOnlyList<DeltaAction> Read(byte[] content)
    {
        try
        {
            return DeltaAction.Parse(Convert(content, "read_parquet(?)", "FORMAT json"));
        }
        catch (IOException exception) when (exception.InnerException is DuckDBException)
        {
            throw new InvalidDataException($"it can't be read as a checkpoint: {exception.InnerException.Message.Split('\n')[0]}", exception);
        }
    }

    private static byte[] Convert(byte[] content, string source, string format)
    {
        using var scratch = Scratch.Create(output: null);
        using var database = new Database(scratch.Folder);
        var (from, to) = (Path.Combine(scratch.Folder, "from"), Path.Combine(scratch.Folder, "to"));
        File.WriteAllBytes(from, content);
        database.Execute($"COPY (FROM {source.Replace("?", Database.Quote(from), StringComparison.Ordinal)}) TO {Database.Quote(to)} ({format})");
        return File.ReadAllBytes(to);
    }
}
