using System.Text.Json.Nodes;
using Superhero.Tables.Files;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Delta;

/// <summary>The state of a Delta table at a version: what the replay of its log up to then gives.</summary>
public sealed class Snapshot
{
    private const int ReaderVersion = 1;
    private const int WriterVersion = 2;

    private readonly Dictionary<string, AddedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RemovedFile> _tombstones = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Transaction> _transactions = new(StringComparer.Ordinal);
    private ProtocolVersions? _protocol;

    /// <summary>The version; −1 before the first.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>The version of the checkpoint that it was read from, or of the last one that was written; −1 for none.</summary>
    public long CheckpointVersion { get; internal set; } = -1;

    /// <summary>The table's schema and settings; null before the first version.</summary>
    public TableMetadata? Metadata { get; private set; }

    /// <summary>The files that belong to the table.</summary>
    public IReadOnlyCollection<AddedFile> Files => _files.Values;

    /// <summary>The files that were removed.</summary>
    public IReadOnlyCollection<RemovedFile> Tombstones => _tombstones.Values;

    /// <summary>Whether a file belongs to the table.</summary>
    /// <param name="path">Its path, as the log has it.</param>
    public bool Names(string path) => _files.ContainsKey(path);

    /// <summary>The files of games that ended on a day.</summary>
    public IEnumerable<AddedFile> FilesOf(Partition partition) => _files.Values.Where(file => file.Partition == partition);

    /// <summary>Replays a commit, or a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The table needs a later version of the protocol.</exception>
    public void Apply(long version, IEnumerable<DeltaAction> actions)
    {
        foreach (var action in actions)
        {
            _protocol = action.Protocol ?? _protocol;
            Metadata = action.MetaData ?? Metadata;
            if (action.Add is { } added)
            {
                _files[added.Path] = added;
                _tombstones.Remove(added.Path);
            }

            if (action.Remove is { } removed)
            {
                _files.Remove(removed.Path);
                _tombstones[removed.Path] = removed;
            }

            if (action.Txn is { } transaction)
            {
                _transactions[transaction.AppId] = transaction;
            }
        }

        Version = version;
        if (_protocol is { } protocol && (protocol.MinReaderVersion > ReaderVersion || protocol.MinWriterVersion > WriterVersion))
        {
            throw new InvalidDataException(
                $"the table needs reader version {protocol.MinReaderVersion} and writer version {protocol.MinWriterVersion} of the Delta protocol; this release knows {ReaderVersion} and {WriterVersion}");
        }
    }

    /// <summary>The actions that a checkpoint of this version consists of.</summary>
    /// <param name="expired">Tombstones of files that were removed before this moment are left out.</param>
    public IReadOnlyList<DeltaAction> ToCheckpoint(DateTimeOffset expired) =>
    [
        new() { Protocol = _protocol ?? new ProtocolVersions(ReaderVersion, WriterVersion) },
        new() { MetaData = Metadata },
        .. _transactions.Values.Select(transaction => new DeltaAction { Txn = transaction }),
        .. _files.Values.Select(file => new DeltaAction { Add = file with { DataChange = false } }),
        .. _tombstones.Values.Where(file => !file.IsExpired(expired)).Select(file => new DeltaAction { Remove = file with { DataChange = false } }),
    ];

    /// <summary>The actions that a commit needs before its own: those that begin a table, and columns that the table lacks.</summary>
    internal IEnumerable<DeltaAction> Begin(TableSchema table, DateTimeOffset now)
    {
        if (Version < 0)
        {
            yield return new() { Protocol = new ProtocolVersions(ReaderVersion, WriterVersion) };
        }

        // Columns that a later release has added stay.
        var fields = Metadata is null ? [] : JsonNode.Parse(Metadata.SchemaString)!["fields"]!.AsArray();
        var known = fields.Select(field => (string)field!["name"]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = table.Columns.Select(column => (column.Name, Type: column.DeltaType!)).Concat(table.IsPartitioned ? [("date", "date")] : [])
            .Where(column => !known.Contains(column.Name)).ToList();
        foreach (var (name, type) in missing)
        {
            fields.Add(new JsonObject { ["name"] = name, ["type"] = type, ["nullable"] = true, ["metadata"] = new JsonObject() });
        }

        if (missing.Count > 0)
        {
            var schema = new JsonObject { ["type"] = "struct", ["fields"] = fields.DeepClone() }.ToJsonString();
            yield return new()
            {
                MetaData = Metadata is not null ? Metadata with { SchemaString = schema } : new TableMetadata(
                    $"{Guid.NewGuid()}", table.Name, new FileFormat("parquet", new Dictionary<string, string>()), schema, table.IsPartitioned ? ["date"] : [],
                    new Dictionary<string, string>(), now.ToUnixTimeMilliseconds()),
            };
        }
    }
}
