using StackExchange.Redis;

namespace Superhero.Grains.Games;

/// <summary>Where the records of games are kept.</summary>
public static class GameStorage
{
    /// <summary>The name of the grain storage.</summary>
    public const string Name = "games";

    /// <summary>The Redis key of a game's record: a hash with the fields "etag" and "data". The cleaner fences on it.</summary>
    public static RedisKey Key(Guid token) => $"superhero/record/{token:D}";

    /// <summary>The same, as the storage provider asks for it.</summary>
    public static RedisKey Key(string stateName, GrainId grain) => Key(grain.GetGuidKey());
}
