using StackExchange.Redis;
using Superhero.Grains.Extract;
using Superhero.Redis;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>A game as the barest way reads it: all in one round trip, and nothing asked about it.</summary>
internal static class BareGame
{
    private const string Script =
        """
        local users = redis.call('SMEMBERS', KEYS[2])
        local heroes = {}
        for i, user in ipairs(users) do heroes[i] = redis.call('HGET', ARGV[1] .. user, 'id') end
        return {redis.call('GET', KEYS[1]), users, heroes, redis.call('LRANGE', KEYS[3], 0, -1)}
        """;

    public static async Task<ExtractedGame> ReadAsync(IConnectionMultiplexer redis, Guid token)
    {
        var keys = new GameKeys(token);
        var answer = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(
            Script, [keys.Wanted, keys.Participants, keys.Logs], [keys.HeroPrefix]))!;
        var users = (string[])answer[1]!;
        var tally = new AttackTally(users);
        foreach (var line in (RedisValue[])answer[3]!)
        {
            tally.Add(AttackLog.Parse(line, token));
        }

        return new ExtractedGame(
            token, (string?)answer[0], tally.Fighters, users.Zip((string[])answer[2]!).ToDictionary(hero => hero.First, hero => hero.Second), tally.Attacks);
    }
}
