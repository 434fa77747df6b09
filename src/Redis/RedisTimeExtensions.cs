using System.Globalization;
using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Redis' clock, which is the same for all silos.</summary>
public static class RedisTimeExtensions
{
    /// <summary>What the clock of the Redis that takes writes shows.</summary>
    public static async Task<DateTimeOffset> TimeAsync(this IConnectionMultiplexer redis)
    {
        var time = (string[])(await redis.GetDatabase().ExecuteAsync("TIME", [], CommandFlags.DemandMaster))!;
        return DateTimeOffset.UnixEpoch
            .AddSeconds(long.Parse(time[0], CultureInfo.InvariantCulture))
            .AddMicroseconds(long.Parse(time[1], CultureInfo.InvariantCulture));
    }
}
