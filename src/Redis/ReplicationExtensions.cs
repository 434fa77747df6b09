using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Keeps what must not be lost from being lost in a failover.</summary>
public static class ReplicationExtensions
{
    // The connection is everybody's, and stands still meanwhile.
    private const int Milliseconds = 100;

    /// <summary>Waits until a replica has what was written, where there is one that may take over; at most 100 ms, since one that is
    /// so far behind is not to hold up all work.</summary>
    /// <returns>Whether one has it.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public static async Task<bool> WaitForReplicaAsync(this IConnectionMultiplexer redis) =>
        redis.GetServers().Any(server => server is { IsReplica: true, IsConnected: true })
        && (int)await redis.GetDatabase().ExecuteAsync("WAIT", 1, Milliseconds) > 0;
}
