using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Keeps what must not be lost from being lost in a failover.</summary>
public static class ReplicationExtensions
{
    // The connection is everybody's, and stands still meanwhile.
    private const int Milliseconds = 100;

    /// <summary>Waits until a replica has what was written, where there is one that sentinels may make the master.</summary>
    /// <exception cref="RedisException">None had it within 100 ms, or Redis can't be reached.</exception>
    public static async Task WaitForReplicaAsync(this IConnectionMultiplexer redis)
    {
        if (redis.GetServers().Any(server => server is { IsReplica: true, IsConnected: true })
            && (int)await redis.GetDatabase().ExecuteAsync("WAIT", 1, Milliseconds) == 0)
        {
            throw new RedisException("No replica has what was written yet, and a failover would forget it.");
        }
    }
}
