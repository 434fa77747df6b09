using StackExchange.Redis;
using Superhero.Grains.Transform;
using Superhero.Redis;

namespace Superhero.Grains.Extract;

/// <summary>Reads a game out of Redis.</summary>
public sealed class GameReader(IConnectionMultiplexer redis)
{
    // One round trip and one moment: a pipeline could not know whose heroes to ask for.
    private const string Script =
        """
        local status = redis.call('GET', KEYS[1])
        if not status then return {false} end
        local users = redis.call('SMEMBERS', KEYS[3])
        local heroes = {}
        for i, user in ipairs(users) do heroes[i] = redis.call('HGET', ARGV[1] .. user, 'id') end
        local logs = {}
        if status == ARGV[2] then logs = redis.call('LRANGE', KEYS[4], 0, -1) end
        return {status, redis.call('GET', KEYS[2]), users, heroes, logs}
        """;

    /// <summary>Reads the game; <see cref="ExtractedGame.Status"/> is null where Redis has no such game.</summary>
    /// <exception cref="UnprocessableGameException">A key of the game has the wrong type.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<ExtractedGame> Read(Guid token)
    {
        var keys = new GameKeys(token);
        RedisResult[] answer;
        try
        {
            answer = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(
                Script,
                [keys.Status, keys.Wanted, keys.Participants, keys.Logs],
                [keys.HeroPrefix, GameStatus.Completed]))!;
        }
        catch (RedisServerException exception) when (exception.Message.Contains("WRONGTYPE", StringComparison.Ordinal))
        {
            throw new UnprocessableGameException("a key of the game has the wrong type");
        }

        if (answer[0].IsNull)
        {
            return new ExtractedGame(token, null, null, [], new Dictionary<string, string>(), []);
        }

        var users = (string[])answer[2]!;
        var heroes = (RedisResult[])answer[3]!;
        var heroIds = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < heroes.Length; i++)
        {
            if (!heroes[i].IsNull)
            {
                heroIds[users[i]] = (string)heroes[i]!;
            }
        }

        var logs = Array.ConvertAll((RedisValue[])answer[4]!, line => (ReadOnlyMemory<byte>)line);
        return new ExtractedGame(token, (string)answer[0]!, (string?)answer[1], users, heroIds, logs);
    }
}
