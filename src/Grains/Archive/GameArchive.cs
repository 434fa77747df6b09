using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Extract;
using Superhero.Grains.Games;
using Superhero.Redis;
using Superhero.Tables.Output;

namespace Superhero.Grains.Archive;

/// <summary>Keeps all keys of a game, compressed, before they leave Redis, so that it can be replayed later. Off where
/// ARCHIVE_DIR is not set.</summary>
public sealed class GameArchive(IConnectionMultiplexer redis, IOptions<ArchiveOptions> options, OutputStores stores)
{
    // All keys as they are at one moment.
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
        options.Value.Directory is { } directory ? stores.OpenFolder(directory) : null;

    /// <summary>Keeps a game. One whose log has left Redis was kept by the attempt that cleaned it, and stays as it is.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <param name="record">Its record.</param>
    /// <returns>When it is safe on disk.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task StoreAsync(ExtractedGame game, GameRecord record)
    {
        if (_folder is null || game.Attacks.Count == 0)
        {
            return;
        }

        var keys = await DumpAsync(game);
        if (keys.ContainsKey(new GameKeys(game.Token).Logs!))
        {
            var file = new ArchivedGame(game.Token, record.ClaimedBy, record.ClaimedAt, keys).ToFile();
            await Task.Run(() => _folder.WriteAsync(ArchivedGame.PathOf(game.Token), file));
        }
    }

    /// <summary>Removes what attempts that died have left in it.</summary>
    /// <param name="moment">Only what was last written before this, in UTC.</param>
    public void RemoveTemporaryBefore(DateTimeOffset moment) => _folder?.RemoveTemporaryBefore(moment);

    private async Task<SortedDictionary<string, ArchivedKey>> DumpAsync(ExtractedGame game)
    {
        var names = new GameKeys(game.Token);
        RedisKey[] keys = [names.Logs, .. names.AllButLogs(game.Participants)];
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

    private static ArchivedKey? Read(string kind, RedisResult value) => kind switch
    {
        "string" => new ArchivedKey(Text: (string)value!),
        "list" => new ArchivedKey(Values: (string[])value!),
        "set" => new ArchivedKey(Values: [.. ((string[])value!).Order(StringComparer.Ordinal)]),
        "hash" => new ArchivedKey(Hash: ((string[])value!).Chunk(2).ToDictionary(field => field[0], field => field[1])),
        _ => null,
    };
}
