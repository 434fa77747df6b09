using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Superhero.Tables.Files;

namespace Superhero.Tables.Delta;

/// <summary>A line of a Delta table's log. One of its properties is set; other kinds of actions are ignored, as the protocol asks.</summary>
/// <remarks>The names are those of the Delta transaction log protocol.</remarks>
public sealed record DeltaAction
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Who committed, when and why; any JSON object.</summary>
    public JsonElement? CommitInfo { get; init; }

    /// <summary>Which versions of the protocol a reader and a writer must know.</summary>
    public ProtocolVersions? Protocol { get; init; }

    /// <summary>The table's schema and settings.</summary>
    public TableMetadata? MetaData { get; init; }

    /// <summary>A file that belongs to the table from now on.</summary>
    public AddedFile? Add { get; init; }

    /// <summary>A file that no longer belongs to the table.</summary>
    public RemovedFile? Remove { get; init; }

    /// <summary>How far an application is that writes to the table.</summary>
    public Transaction? Txn { get; init; }

    /// <summary>An action that says who committed.</summary>
    /// <param name="operation">The operation's name.</param>
    /// <param name="at">The time.</param>
    /// <param name="engine">The program and its version.</param>
    /// <param name="games">How many games the commit is about.</param>
    /// <param name="blindAppend">Whether the commit only adds rows.</param>
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
/// <param name="MinReaderVersion">What a reader must know.</param>
/// <param name="MinWriterVersion">What a writer must know.</param>
public sealed record ProtocolVersions(int MinReaderVersion, int MinWriterVersion);

/// <summary>A table's schema and settings.</summary>
/// <param name="Id">The table's unique identifier.</param>
/// <param name="Format">The format of its files.</param>
/// <param name="SchemaString">Its schema, as JSON.</param>
/// <param name="PartitionColumns">The columns by which it is partitioned.</param>
/// <param name="Configuration">Its settings.</param>
public sealed record TableMetadata(
    string Id, FileFormat Format, string SchemaString, IReadOnlyList<string> PartitionColumns, IReadOnlyDictionary<string, string> Configuration)
{
    /// <summary>The table's name.</summary>
    public string? Name { get; init; }

    /// <summary>When this was written, in milliseconds since 1970.</summary>
    public long? CreatedTime { get; init; }
}

/// <summary>A format of files.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Options">Its options.</param>
public sealed record FileFormat(string Provider, IReadOnlyDictionary<string, string> Options);

/// <summary>A file of a table.</summary>
/// <param name="Path">Its path within the table, encoded as in a URI.</param>
/// <param name="PartitionValues">Its partition.</param>
/// <param name="Size">How many bytes it has.</param>
/// <param name="ModificationTime">When it was written, in milliseconds since 1970.</param>
/// <param name="DataChange">Whether its rows are new to the table.</param>
public sealed record AddedFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues, long Size, long ModificationTime, bool DataChange)
{
    /// <summary>Its statistics, as JSON.</summary>
    public string? Stats { get; init; }

    /// <summary>Its path within the table.</summary>
    [JsonIgnore]
    public string FilePath => Uri.UnescapeDataString(Path);

    /// <summary>The day of its games.</summary>
    [JsonIgnore]
    public Partition Partition => Partition.OfValue(PartitionValues.GetValueOrDefault("date"));

    /// <summary>How many rows it has; 0 where that is not known.</summary>
    [JsonIgnore]
    public long Rows => Statistic("numRecords") ?? 0;

    /// <summary>How many values of a column are missing.</summary>
    public long Nulls(string column) => Statistic("nullCount", column) ?? 0;

    private long? Statistic(params ReadOnlySpan<string> names)
    {
        if (Stats is null)
        {
            return null;
        }

        using var parsed = JsonDocument.Parse(Stats);
        var value = parsed.RootElement;
        foreach (var name in names)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
    }
}

/// <summary>A file that no longer belongs to a table.</summary>
/// <param name="Path">Its path within the table, encoded as in a URI.</param>
/// <param name="DeletionTimestamp">When it was removed, in milliseconds since 1970.</param>
/// <param name="DataChange">Whether its rows left the table.</param>
public sealed record RemovedFile(string Path, long? DeletionTimestamp, bool DataChange)
{
    /// <summary>Whether partition and size are given.</summary>
    public bool? ExtendedFileMetadata { get; init; }

    /// <summary>Its partition.</summary>
    public IReadOnlyDictionary<string, string?>? PartitionValues { get; init; }

    /// <summary>How many bytes it has.</summary>
    public long? Size { get; init; }

    /// <summary>The removal of a file.</summary>
    public static RemovedFile Of(AddedFile file, DateTimeOffset at, bool dataChange) => new(file.Path, at.ToUnixTimeMilliseconds(), dataChange)
    {
        ExtendedFileMetadata = true,
        PartitionValues = file.PartitionValues,
        Size = file.Size,
    };
}

/// <summary>How far an application is.</summary>
/// <param name="AppId">The application.</param>
/// <param name="Version">Its own count.</param>
public sealed record Transaction(string AppId, long Version)
{
    /// <summary>When that was, in milliseconds since 1970.</summary>
    public long? LastUpdated { get; init; }
}
