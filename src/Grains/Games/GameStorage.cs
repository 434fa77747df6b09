using StackExchange.Redis;

namespace Superhero.Grains.Games;

/// <summary>Where the records of games are kept.</summary>
public static class GameStorage
{
    private const string Prefix = "superhero/record/";

    /// <summary>The name of the grain storage.</summary>
    public const string Name = "games";

    /// <summary>The Redis key of a game's record: a hash with the fields "etag" and "data". The cleaner fences on it.</summary>
    public static RedisKey Key(Guid token) => $"{Prefix}{token:D}";

    /// <summary>What stands where a record's key has the game's token; null for a key of another kind.</summary>
    public static string? TokenIn(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : null;

    /// <summary>The same, as the storage provider asks for it.</summary>
    public static RedisKey Key(string stateName, GrainId grain) => Key(grain.GetGuidKey());
}
