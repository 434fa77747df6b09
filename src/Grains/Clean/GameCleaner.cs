using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Extract;
using Superhero.Grains.Games;
using Superhero.Grains.Metrics;
using Superhero.Redis;

namespace Superhero.Grains.Clean;

/// <summary>Takes a game's keys out of Redis, by name: from one game_token, never from a pattern. Each cleaning is one
/// script that looks and deletes, so that whoever lost the game meanwhile can't touch it.</summary>
public sealed class GameCleaner(
    IConnectionMultiplexer redis, GameArchive archive, IOptions<GameOptions> options, GameMetrics metrics)
{
    // The record outlives the game's keys, so that a late message finds either the record or no game at all.
    private static readonly TimeSpan RecordRetention = TimeSpan.FromSeconds(10);

    // KEYS: record, status, index, lobby, log, then those that expire. ARGV: game_token, seconds.
    private const string Clean =
        """

        redis.call('ZREM', KEYS[3], ARGV[1])
        redis.call('LREM', KEYS[4], 0, ARGV[1])
        redis.call('DEL', KEYS[5])
        for i = 6, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[2]) end
        """;

    // ARGV: ... the record's ETag, "Completed", seconds for the record. A record with a time to live was cleaned before.
    private const string LoadedScript =
        """
        if redis.call('HGET', KEYS[1], 'etag') ~= ARGV[3] then return 0 end
        if redis.call('TTL', KEYS[1]) >= 0 then return 1 end
        local status = redis.call('GET', KEYS[2])
        if status and status ~= ARGV[4] then return 0 end
        """ + Clean + """

        redis.call('EXPIRE', KEYS[1], ARGV[5])
        return 1
        """;

    // ARGV: ... "Timed Out". A status with a time to live was cleaned before.
    private const string TimedOutScript =
        """
        if redis.call('GET', KEYS[2]) ~= ARGV[3] or redis.call('TTL', KEYS[2]) >= 0 then return 0 end
        """ + Clean + """

        return 1
        """;

    // ARGV: ... "Completed".
    private const string GoneScript =
        """
        if redis.call('EXISTS', KEYS[1], KEYS[5]) > 0 then return 0 end
        local status = redis.call('GET', KEYS[2])
        if status and (status ~= ARGV[3] or redis.call('EXISTS', KEYS[6]) == 1) then return 0 end
        """ + Clean + """

        return 1
        """;

    /// <summary>Cleans a game whose files are safe on disk, once its keys are archived.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <param name="record">Its record.</param>
    /// <param name="etag">The ETag of the record under which it was loaded.</param>
    /// <returns>False, with nothing touched, where the record or the status is no longer the same.</returns>
    /// <exception cref="IOException">The archive is full or fails.</exception>
    public async Task<bool> CleanLoadedAsync(ExtractedGame game, GameRecord record, string etag)
    {
        await archive.StoreAsync(game, record);
        using var step = metrics.Begin("clean");
        return await RunAsync(LoadedScript, game, etag, GameStatus.Completed, (long)(options.Value.Expiry + RecordRetention).TotalSeconds);
    }

    /// <summary>Cleans a lobby that never filled.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <returns>False, with nothing touched, where the game has come to life or was cleaned before.</returns>
    public Task<bool> CleanTimedOutAsync(ExtractedGame game) => RunAsync(TimedOutScript, game, GameStatus.TimedOut);

    /// <summary>Cleans the leftovers of a game that is gone: it has no status, or is completed with nobody in it; no log
    /// and no record.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <returns>False, with nothing touched, where the game is not gone.</returns>
    public Task<bool> CleanGoneAsync(ExtractedGame game) => RunAsync(GoneScript, game, GameStatus.Completed);

    private async Task<bool> RunAsync(string script, ExtractedGame game, params RedisValue[] arguments)
    {
        var keys = new GameKeys(game.Token);
        RedisKey[] touched =
        [
            GameStorage.Key(game.Token), keys.Status, GameKeys.Games, GameKeys.Players(game.Wanted ?? ""), keys.Logs,
            .. keys.AllButLogs(game.Participants),
        ];
        return (bool)await redis.GetDatabase().ScriptEvaluateAsync(
            script, touched, [keys.Token, (long)options.Value.Expiry.TotalSeconds, .. arguments]);
    }
}
