using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Demo;

/// <summary>What the demo asks of its own Redis.</summary>
internal static class RedisInspection
{
    /// <summary>How many listen for the ends of games.</summary>
    public static long CountSubscribers(this IConnectionMultiplexer redis) =>
        redis.GetServers()[0].SubscriptionSubscriberCount(RedisChannel.Literal(LogChannel.Lobby));

    /// <summary>How many keys of games, or of their processing, there are.</summary>
    public static int CountGameKeys(this IConnectionMultiplexer redis) =>
        redis.GetServers()[0].Keys(pattern: "games:*").Count() + redis.GetServers()[0].Keys(pattern: "superhero/record/*").Count();
}
