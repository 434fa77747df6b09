using StackExchange.Redis;
using Superhero.Grains.Extract;
using Superhero.Grains.Games;
using Superhero.Redis;

namespace Superhero.Grains.Clean;

/// <summary>Takes a game's keys out of Redis, by name: from one game_token, never from a pattern. The fence and the
/// deletion are one script, so that a silo which lost the game can't touch it.</summary>
public sealed class GameCleaner(IConnectionMultiplexer redis, GameOptions options)
{
    // The record outlives the game's keys, so that a late message finds either the record or no game at all.
    private static readonly TimeSpan RecordOutlives = TimeSpan.FromSeconds(10);

    // KEYS: record, status, index, lobby, log, then those that expire.
    // ARGV: expected ETag or '', expected status, game_token, seconds, seconds for the record.
    private const string Script =
        """
        if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'etag') ~= ARGV[1] then return 0 end
        if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
        redis.call('ZREM', KEYS[3], ARGV[3])
        redis.call('LREM', KEYS[4], 0, ARGV[3])
        redis.call('DEL', KEYS[5])
        for i = 6, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[4]) end
        if ARGV[1] ~= '' then redis.call('EXPIRE', KEYS[1], ARGV[5]) end
        return 1
        """;

    /// <summary>Cleans a game whose files are safe on disk.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <param name="etag">The ETag of the record under which it was loaded.</param>
    /// <returns>False, with nothing touched, where the record or the status is no longer the same.</returns>
    public Task<bool> CleanCompleted(ExtractedGame game, string etag) => Clean(game, etag, GameStatus.Completed);

    /// <summary>Cleans a lobby that never filled.</summary>
    /// <param name="game">The game as it was read.</param>
    /// <returns>False, with nothing touched, where the game has come to life.</returns>
    public Task<bool> CleanTimedOut(ExtractedGame game) => Clean(game, "", GameStatus.TimedOut);

    private async Task<bool> Clean(ExtractedGame game, string etag, string status)
    {
        var keys = new GameKeys(game.Token);
        RedisKey[] touched =
        [
            GameStorage.Key(game.Token), keys.Status, GameKeys.Games, GameKeys.Players(game.Wanted ?? ""), keys.Logs,
            keys.Participants, keys.Wanted, keys.Status, keys.Host, keys.Order, keys.TakenHeros,
            .. game.Participants.Select(keys.Hero),
        ];
        RedisValue[] arguments =
        [
            etag, status, keys.Token, (long)options.Expiry.TotalSeconds, (long)(options.Expiry + RecordOutlives).TotalSeconds,
        ];

        return (int)await redis.GetDatabase().ScriptEvaluateAsync(Script, touched, arguments) == 1;
    }
}
