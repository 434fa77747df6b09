using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Superhero.Tables.Files;

namespace Superhero.Tables.Delta;

/// <summary>A line of a Delta table's log. One of its properties is set. Other kinds of actions are ignored, as the protocol demands.</summary>
/// <remarks>The names are those of the Delta transaction log protocol. Times are milliseconds since 1970.</remarks>
public sealed record DeltaAction
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The origin of the commit; any JSON object.</summary>
    public JsonElement? CommitInfo { get; init; }

    /// <summary>The versions of the protocol that a reader and a writer must know.</summary>
    public ProtocolVersions? Protocol { get; init; }

    /// <summary>The table's schema and settings.</summary>
    public TableMetadata? MetaData { get; init; }

    /// <summary>A file that belongs to the table from now on.</summary>
    public AddedFile? Add { get; init; }

    /// <summary>A file that no longer belongs to the table.</summary>
    public RemovedFile? Remove { get; init; }

    /// <summary>The progress of an application that writes to the table.</summary>
    public Transaction? Txn { get; init; }

    /// <summary>An action that names the operation of a commit.</summary>
    public static DeltaAction Info(string operation, DateTimeOffset at, string engine, int games, bool blindAppend) => new()
    {
        CommitInfo = JsonSerializer.SerializeToElement(
            new
            {
                timestamp = at.ToUnixTimeMilliseconds(),
                operation,
                operationParameters = new Dictionary<string, string>(),
                operationMetrics = new Dictionary<string, string> { ["numGames"] = $"{games}" },
                engineInfo = engine,
                isBlindAppend = blindAppend,
                txnId = Guid.NewGuid(),
            },
            Json),
    };

    /// <summary>Reads a commit.</summary>
    /// <exception cref="InvalidDataException">It is no commit.</exception>
    public static IReadOnlyList<DeltaAction> Parse(ReadOnlySpan<byte> commit)
    {
        try
        {
            return [.. Encoding.UTF8.GetString(commit).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => JsonSerializer.Deserialize<DeltaAction>(line, Json)!)];
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"it is no commit of a Delta table: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a commit, a line for each action.</summary>
    public static byte[] Format(IEnumerable<DeltaAction> actions) =>
        Encoding.UTF8.GetBytes(string.Concat(actions.Select(action => JsonSerializer.Serialize(action, Json) + "\n")));
}

/// <summary>The versions of the protocol.</summary>
public sealed record ProtocolVersions(int MinReaderVersion, int MinWriterVersion);

/// <summary>The progress of an application.</summary>
public sealed record Transaction(string AppId, long Version, long? LastUpdated);

/// <summary>The format of a table's files.</summary>
public sealed record FileFormat(string Provider, IReadOnlyDictionary<string, string> Options);

/// <summary>A table's schema and settings.</summary>
public sealed record TableMetadata(
    string Id, string? Name, FileFormat Format, string SchemaString, IReadOnlyList<string> PartitionColumns,
    IReadOnlyDictionary<string, string> Configuration, long? CreatedTime);

/// <summary>A file of a table. Its path is encoded as in a URI. It has a day if the table is partitioned.</summary>
public sealed record AddedFile(
    string Path, IReadOnlyDictionary<string, string?> PartitionValues, long Size, long ModificationTime, bool DataChange, string? Stats = null)
{
    /// <summary>The path within the table.</summary>
    [JsonIgnore]
    public string FilePath => Uri.UnescapeDataString(Path);

    /// <summary>The day of its games.</summary>
    [JsonIgnore]
    public Partition Partition => Partition.OfValue(PartitionValues.GetValueOrDefault("date"));

    /// <summary>The number of rows; 0 if it is not known.</summary>
    [JsonIgnore]
    public long Rows => Statistics?.NumRecords ?? 0;

    /// <summary>The number of values that a column lacks; 0 if it is not known.</summary>
    public long Nulls(string column) => Statistics?.NullCount?.GetValueOrDefault(column) is { ValueKind: JsonValueKind.Number } count ? count.GetInt64() : 0;

    /// <summary>The removal of the file.</summary>
    public RemovedFile Remove(DateTimeOffset at, bool dataChange) =>
        new(Path, at.ToUnixTimeMilliseconds(), dataChange, ExtendedFileMetadata: true, PartitionValues, Size);

    private FileStatistics? Statistics => Stats is null ? null : JsonSerializer.Deserialize<FileStatistics>(Stats, JsonSerializerOptions.Web);

    private sealed record FileStatistics(long? NumRecords, Dictionary<string, JsonElement>? NullCount);
}

/// <summary>A file that no longer belongs to a table. Its path is encoded as in a URI.</summary>
public sealed record RemovedFile(
    string Path, long? DeletionTimestamp, bool DataChange, bool? ExtendedFileMetadata = null, IReadOnlyDictionary<string, string?>? PartitionValues = null, long? Size = null)
{
    /// <summary>Whether the file was removed before a moment.</summary>
    public bool IsExpired(DateTimeOffset moment) => (DeletionTimestamp ?? 0) < moment.ToUnixTimeMilliseconds();
}
