using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Extract;
using Superhero.Grains.Ledger;
using Superhero.Grains.Load;
using Superhero.Redis;
using Superhero.Tables.Output;

namespace Superhero.Grains.Archive;

/// <summary>Keeps all keys of a game, compressed, before they leave Redis, so that it can be replayed later. Off where
/// ARCHIVE_DIR is not set.</summary>
public sealed class GameArchive(IConnectionMultiplexer redis, IOptions<ArchiveOptions> options, IOptions<LedgerOptions> ledger, OutputStores stores)
{
    // All keys but the log, as they are at one moment.
    private const string Script =
        """
        local values = {}
        for i, key in ipairs(KEYS) do
            local kind = redis.call('TYPE', key)
            if type(kind) == 'table' then kind = kind['ok'] end
            local value = ''
            if kind == 'string' then value = redis.call('GET', key)
            elseif kind == 'set' then value = redis.call('SMEMBERS', key)
            elseif kind == 'list' then value = redis.call('LRANGE', key, 0, -1)
            elseif kind == 'hash' then value = redis.call('HGETALL', key) end
            values[i] = {kind, value}
        end
        return values
        """;

    private const int PieceLength = 64 * 1024;

    private readonly LoadThreads _threads = new(LoadThreads.Most);
    private readonly LocalOutputStore? _folder =
        options.Value.Directory is { } directory ? stores.OpenFolder(directory, ArchivedGame.Folder) : null;

    /// <summary>Keeps a game. One whose log has left Redis was kept by the attempt that cleaned it, and stays as it is.</summary>
    /// <param name="claim">The attempt at it.</param>
    /// <param name="users">The user_tokens of its participants.</param>
    /// <param name="lines">How many lines its log has.</param>
    /// <returns>When it is safe on disk.</returns>
    /// <exception cref="IOException">The disk is full or fails, or the game's log left Redis meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task StoreAsync(Claim claim, IEnumerable<string> users, long lines)
    {
        if (_folder is null || lines == 0)
        {
            return;
        }

        var keys = await DumpAsync(new GameKeys(claim.Token).AllButLogs(users));
        await _threads.RunAsync(async () =>
        {
            await _folder.WriteAsync(ArchivedGame.PathOf(claim.Token), file => WriteAsync(file, claim, keys, lines));
            return true;
        });
    }

    /// <summary>Removes what attempts that died have left in it.</summary>
    /// <param name="moment">Only what was last written before this, in UTC.</param>
    public void RemoveTemporaryBefore(DateTimeOffset moment) => _folder?.RemoveTemporaryBefore(moment);

    private async Task<SortedDictionary<string, ArchivedKey>> DumpAsync(RedisKey[] keys)
    {
        var values = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(Script, keys))!;
        var archived = new SortedDictionary<string, ArchivedKey>(StringComparer.Ordinal);
        foreach (var (key, value) in keys.Zip(values, (key, pair) => (key, (RedisResult[])pair!)))
        {
            if (Read((string)value[0]!, value[1]) is { } read)
            {
                archived[key!] = read;
            }
        }

        return archived;
    }

    // Synchronously, since this runs on a thread that may block. Only a page of the log is in memory.
    private async Task WriteAsync(Stream file, Claim claim, SortedDictionary<string, ArchivedKey> keys, long lines)
    {
        using var compressed = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
        using var json = new Utf8JsonWriter(compressed);
        json.WriteStartObject();
        json.WriteString("game", claim.Token);
        json.WriteString("claimedBy", claim.ClaimedBy);
        json.WriteString("claimedAt", claim.ClaimedAt);
        json.WriteStartObject("keys");
        foreach (var (name, key) in keys)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, key, ArchiveJson.Default.ArchivedKey);
        }

        json.WriteStartObject((string)new GameKeys(claim.Token).Logs!);
        json.WriteStartArray("values");
        await foreach (var page in GameLog.PagesAsync(redis.GetDatabase(), claim.Token, lines, ledger.Value))
        {
            foreach (var line in page)
            {
                json.WriteStringValue((string)line!);
                if (json.BytesPending > PieceLength)
                {
                    json.Flush();
                }
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }

    private static ArchivedKey? Read(string kind, RedisResult value) => kind switch
    {
        "string" => new ArchivedKey(Text: (string)value!),
        "list" => new ArchivedKey(Values: (string[])value!),
        "set" => new ArchivedKey(Values: [.. ((string[])value!).Order(StringComparer.Ordinal)]),
        "hash" => new ArchivedKey(Hash: ((string[])value!).Chunk(2).ToDictionary(field => field[0], field => field[1])),
        _ => null,
    };
}
