using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Grains.Quarantine;

/// <summary>The keys that Redis holds of a game in quarantine, whatever type they have.</summary>
/// <param name="Wanted">How many participants the game wanted, as written; null if that is not known.</param>
/// <param name="Users">The user_tokens of its participants.</param>
/// <param name="Keys">The keys that exist, the log last.</param>
public sealed record QuarantinedKeys(string? Wanted, IReadOnlyList<string> Users, IReadOnlyList<QuarantinedKey> Keys)
{
    /// <summary>Finds the keys of a game.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public static async Task<QuarantinedKeys> FindAsync(IDatabase redis, Guid token)
    {
        var keys = new GameKeys(token);
        var wanted = redis.StringGetAsync(keys.Wanted).OrIfWrongTypeAsync(RedisValue.Null);
        var users = Array.ConvertAll(await redis.SetMembersAsync(keys.Participants).OrIfWrongTypeAsync([]), user => (string)user!);
        var found = await Task.WhenAll(keys.AllButLogs(users).Append(keys.Logs).Select(key => DescribeAsync(redis, key)));
        return new QuarantinedKeys(await wanted, users, [.. found.OfType<QuarantinedKey>()]);
    }

    private static async Task<QuarantinedKey?> DescribeAsync(IDatabase redis, RedisKey key) => await redis.KeyTypeAsync(key) switch
    {
        RedisType.None => null,
        RedisType.String => new QuarantinedKey(key, RedisType.String, await redis.StringLengthAsync(key)),
        RedisType.List => new QuarantinedKey(key, RedisType.List, await redis.ListLengthAsync(key)),
        RedisType.Set => new QuarantinedKey(key, RedisType.Set, await redis.SetLengthAsync(key)),
        RedisType.Hash => new QuarantinedKey(key, RedisType.Hash, await redis.HashLengthAsync(key)),
        var other => new QuarantinedKey(key, other, null),
    };
}

/// <summary>A key of a game in quarantine.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Length">How many bytes a string has, and how many elements anything else; null for a type that no game uses.</param>
public sealed record QuarantinedKey(RedisKey Key, RedisType Type, long? Length)
{
    /// <summary>The key in a line.</summary>
    public override string ToString() => Length is null ? $"{Key}  {Type}" : $"{Key}  {Type}, {Length} {(Type == RedisType.String ? "bytes" : "elements")}";
}
