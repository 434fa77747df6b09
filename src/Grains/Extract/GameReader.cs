using System.Text;
using StackExchange.Redis;
using Superhero.Grains.Metrics;
using Superhero.Redis;

namespace Superhero.Grains.Extract;

/// <summary>Reads a game out of Redis.</summary>
public sealed class GameReader(IConnectionMultiplexer redis, GameMetrics? metrics = null)
{
    // One round trip and one moment: a pipeline could not know whose heroes to ask for.
    private const string Script =
        """
        local status = redis.call('GET', KEYS[1])
        local users = redis.call('SMEMBERS', KEYS[3])
        local heroes = {}
        for i, user in ipairs(users) do heroes[i] = redis.call('HGET', ARGV[1] .. user, 'id') end
        local logs = {}
        if status == ARGV[2] then logs = redis.call('LRANGE', KEYS[4], 0, -1) end
        return {status, redis.call('GET', KEYS[2]), users, heroes, logs}
        """;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Reads the game's status; null where Redis has none.</summary>
    /// <exception cref="UnprocessableGameException">The key has the wrong type.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<string?> ReadStatusAsync(Guid token) =>
        TranslateAsync(async () => (string?)await Database.StringGetAsync(new GameKeys(token).Status));

    /// <summary>Whether Redis holds a log of the game.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<bool> HasLogAsync(Guid token) => Database.KeyExistsAsync(new GameKeys(token).Logs);

    /// <summary>Reads the game.</summary>
    /// <exception cref="UnprocessableGameException">A key of the game has the wrong type, or a line of its log can't be
    /// read.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public Task<ExtractedGame> ReadAsync(Guid token) => TranslateAsync(async () =>
    {
        using var step = metrics?.Begin("read");
        var keys = new GameKeys(token);
        var answer = (RedisResult[])(await Database.ScriptEvaluateAsync(
            Script,
            [keys.Status, keys.Wanted, keys.Participants, keys.Logs],
            [keys.HeroPrefix, GameStatus.Completed]))!;
        var users = Array.ConvertAll((RedisValue[])answer[2]!, Text);
        var known = users.Zip((RedisValue[])answer[3]!).ToDictionary(hero => hero.First, hero => (string?)hero.Second, StringComparer.Ordinal);
        return await ExtractedGame.FromAsync(
            token,
            (string?)answer[0],
            (string?)answer[1],
            users,
            // Real games name nobody else in their logs, so that is worth another round trip.
            async user => known.TryGetValue(user, out var hero) ? hero : await Database.HashGetAsync(keys.Hero(user), "id"),
            Array.ConvertAll((RedisValue[])answer[4]!, line => (ReadOnlyMemory<byte>)line));
    });

    // Read as it stands: what is no text would become another user, whose keys nobody would find.
    private static string Text(RedisValue user)
    {
        try
        {
            return Strict.GetString(((ReadOnlyMemory<byte>)user).Span);
        }
        catch (DecoderFallbackException)
        {
            throw new UnprocessableGameException("a participant's user_token is not text");
        }
    }

    private static async Task<T> TranslateAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (RedisServerException exception) when (exception.Message.Contains("WRONGTYPE", StringComparison.Ordinal))
        {
            throw new UnprocessableGameException("a key of the game has the wrong type");
        }
    }
}
