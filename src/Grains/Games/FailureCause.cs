using StackExchange.Redis;
using Superhero.Grains.Logging;

namespace Superhero.Grains.Games;

/// <summary>Tells apart why attempts at games fail.</summary>
public static class FailureCause
{
    /// <summary>The cause of a failure: redis, output (the disk or the bucket), memory, timeout, or game if it is the game's own.</summary>
    public static string Of(Exception exception) => exception switch
    {
        _ when exception.Unexpected() is not null => "game",
        AggregateException { InnerException: { } first } => Of(first),
        RedisException or RedisTimeoutException => "redis",
        IOException or UnauthorizedAccessException => "output",
        OutOfMemoryException => "memory",
        _ => "timeout",
    };
}
