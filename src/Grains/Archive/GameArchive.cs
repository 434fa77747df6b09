using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Ledger;
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

        var names = new GameKeys(claim.Token);
        var keys = await DumpAsync(names.AllButLogs(users));
        keys[names.Logs!] = new ArchivedKey(Values: await ReadLogAsync(names.Logs, lines));
        var file = new ArchivedGame(claim.Token, claim.ClaimedBy, claim.ClaimedAt, keys).ToFile();
        await Task.Run(() => _folder.WriteAsync(ArchivedGame.PathOf(claim.Token), file));
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

    // It no longer changes, but whoever takes the game over may clean it.
    private async Task<IReadOnlyList<string>> ReadLogAsync(RedisKey key, long lines)
    {
        List<string> log = [];
        while (log.Count < lines)
        {
            var page = await redis.GetDatabase().ListRangeAsync(key, log.Count, log.Count + ledger.Value.PageLength - 1);
            if (page.Length == 0)
            {
                throw new IOException("The game's log left Redis while it was archived.");
            }

            log.AddRange(page.Select(line => (string)line!));
        }

        return log;
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
