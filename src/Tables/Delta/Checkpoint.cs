using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;

namespace Superhero.Tables.Delta;

/// <summary>Writes and reads checkpoints of a Delta table's log: Parquet files with a row for each action (classic, V1).</summary>
internal static class Checkpoint
{
    // In the order of the schema's columns.
    private static readonly CheckpointColumn[] Columns =
    [
        CheckpointColumn.Text("metaData.id", action => action.MetaData?.Id),
        CheckpointColumn.Text("metaData.name", action => action.MetaData?.Name, action => action.MetaData is not null),
        CheckpointColumn.Text("metaData.format.provider", action => action.MetaData?.Format.Provider),
        CheckpointColumn.Map("metaData.format.options", action => action.MetaData?.Format.Options.ToDictionary(option => option.Key, option => (string?)option.Value)),
        CheckpointColumn.Text("metaData.schemaString", action => action.MetaData?.SchemaString),
        CheckpointColumn.List("metaData.partitionColumns", action => action.MetaData?.PartitionColumns),
        CheckpointColumn.Number<long>("metaData.createdTime", action => action.MetaData?.CreatedTime, action => action.MetaData is not null),
        CheckpointColumn.Map("metaData.configuration", action => action.MetaData?.Configuration.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)),
        CheckpointColumn.Number<int>("protocol.minReaderVersion", action => action.Protocol?.MinReaderVersion),
        CheckpointColumn.Number<int>("protocol.minWriterVersion", action => action.Protocol?.MinWriterVersion),
        CheckpointColumn.Text("txn.appId", action => action.Txn?.AppId),
        CheckpointColumn.Number<long>("txn.version", action => action.Txn?.Version),
        CheckpointColumn.Number<long>("txn.lastUpdated", action => action.Txn?.LastUpdated, action => action.Txn is not null),
        CheckpointColumn.Text("add.path", action => action.Add?.Path),
        CheckpointColumn.Map("add.partitionValues", action => action.Add?.PartitionValues),
        CheckpointColumn.Number<long>("add.size", action => action.Add?.Size),
        CheckpointColumn.Number<long>("add.modificationTime", action => action.Add?.ModificationTime),
        CheckpointColumn.Number<bool>("add.dataChange", action => action.Add?.DataChange),
        CheckpointColumn.Text("add.stats", action => action.Add?.Stats, action => action.Add is not null),
        CheckpointColumn.Text("remove.path", action => action.Remove?.Path),
        CheckpointColumn.Number<long>("remove.deletionTimestamp", action => action.Remove?.DeletionTimestamp, action => action.Remove is not null),
        CheckpointColumn.Number<bool>("remove.dataChange", action => action.Remove?.DataChange),
    ];

    private static readonly GroupNode Schema = new(
        "checkpoint", Repetition.Required, [.. CheckpointColumn.Nodes(Columns.Select(column => (column.Path.Split('.'), column)).ToList(), depth: 0)]);

    /// <summary>Writes a checkpoint.</summary>
    public static byte[] Write(IReadOnlyList<DeltaAction> actions)
    {
        using var properties = new WriterPropertiesBuilder().Compression(Compression.Snappy).Build();
        using var buffer = new ResizableBuffer();
        using var stream = new BufferOutputStream(buffer);
        using (var file = new ParquetFileWriter(stream, Schema, properties, keyValueMetadata: null))
        {
            using var group = file.AppendRowGroup();
            foreach (var column in Columns)
            {
                column.Write(group, actions);
            }

            file.Close();
        }

        stream.Finish();
        return buffer.ToArray();
    }

    /// <summary>Reads a checkpoint, also one that another program has written.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint.</exception>
    public static IReadOnlyList<DeltaAction> Read(byte[] content)
    {
        List<DeltaAction> actions = [];
        try
        {
            using var stream = new MemoryStream(content);
            using var source = new ManagedRandomAccessFile(stream);
            using var file = new ParquetFileReader(source);
            for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
            {
                using var group = file.RowGroup(i);
                actions.AddRange(Read(file, group));
            }
        }
        catch (Exception exception) when (exception is ParquetException or OverflowException or InvalidCastException)
        {
            throw new InvalidDataException($"it can't be read as a checkpoint: {exception.Message.Split('\n')[0]}", exception);
        }

        return actions;
    }

    private static IEnumerable<DeltaAction> Read(ParquetFileReader file, RowGroupReader group)
    {
        var rows = (int)group.MetaData.NumRows;
        var values = Columns.ToDictionary(column => column.Path, column => column.Read(file, group, rows), StringComparer.Ordinal);
        for (var i = 0; i < rows; i++)
        {
            if (Get<string>("metaData.id") is { } id)
            {
                yield return new DeltaAction
                {
                    MetaData = new TableMetadata(
                        id, new FileFormat(Get<string>("metaData.format.provider") ?? "parquet", Required("metaData.format.options")), Get<string>("metaData.schemaString") ?? "",
                        Get<IReadOnlyList<string>>("metaData.partitionColumns") ?? [], Required("metaData.configuration"))
                    {
                        Name = Get<string>("metaData.name"),
                        CreatedTime = Get<long?>("metaData.createdTime"),
                    },
                };
            }

            if (Get<int?>("protocol.minReaderVersion") is { } reader)
            {
                yield return new DeltaAction { Protocol = new ProtocolVersions(reader, Get<int?>("protocol.minWriterVersion") ?? 0) };
            }

            if (Get<string>("txn.appId") is { } app)
            {
                yield return new DeltaAction { Txn = new Transaction(app, Get<long?>("txn.version") ?? 0) { LastUpdated = Get<long?>("txn.lastUpdated") } };
            }

            if (Get<string>("add.path") is { } added)
            {
                yield return new DeltaAction
                {
                    Add = new AddedFile(
                        added, Get<IReadOnlyDictionary<string, string?>>("add.partitionValues") ?? new Dictionary<string, string?>(),
                        Get<long?>("add.size") ?? 0, Get<long?>("add.modificationTime") ?? 0, DataChange: false)
                    {
                        Stats = Get<string>("add.stats"),
                    },
                };
            }

            if (Get<string>("remove.path") is { } removed)
            {
                yield return new DeltaAction { Remove = new RemovedFile(removed, Get<long?>("remove.deletionTimestamp"), DataChange: false) };
            }

            T? Get<T>(string column) => (T?)values[column][i];

            Dictionary<string, string> Required(string column) => (Get<IReadOnlyDictionary<string, string?>>(column) ?? new Dictionary<string, string?>())
                .ToDictionary(one => one.Key, one => one.Value ?? "");
        }
    }
}
