using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Tells what Redis fails to do from what the program does wrong.</summary>
public static class RedisFailureExtensions
{
    /// <summary>Whether Redis refused a command, can't be reached, or does not answer in time.</summary>
    public static bool IsRedisFailure(this Exception exception) => exception is RedisException or TimeoutException;
}
