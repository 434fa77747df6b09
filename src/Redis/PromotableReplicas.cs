using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Knows which replicas sentinels may promote. It asks in the background, so that a game need not.</summary>
/// <param name="sentinels">The sentinels.</param>
/// <param name="name">The name of the master.</param>
internal sealed class PromotableReplicas(ConnectionMultiplexer sentinels, string name)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyList<Replica>? _latest;
    private volatile HashSet<string> _neverPromoted = [];

    /// <summary>The replicas that were online a second ago; null if that is not known.</summary>
    public IReadOnlyList<Replica>? Latest => _latest;

    /// <summary>Whether there may be a replica.</summary>
    public bool MayExist => _latest is not { Count: 0 };

    /// <summary>Begins to watch the replicas, until nobody holds the connection any more.</summary>
    public static async Task<PromotableReplicas> WatchAsync(ConnectionMultiplexer redis, RedisOptions options)
    {
        var configuration = options.ToConfiguration();
        configuration.AbortOnConnectFail = false;
        var replicas = new PromotableReplicas(await ConnectionMultiplexer.SentinelConnectAsync(configuration), options.Sentinel!);
        await replicas.LookAsync(redis);
        _ = replicas.WatchAsync(new WeakReference<ConnectionMultiplexer>(redis));
        return replicas;
    }

    /// <summary>Whether sentinels may promote a replica. One of which they say nothing they may promote.</summary>
    public bool IsPromotable(Replica replica) => !_neverPromoted.Contains(replica.Address);

    /// <summary>Asks the master which replicas are online.</summary>
    /// <exception cref="RedisException">It does not answer, or its user may not use INFO.</exception>
    public async Task<IReadOnlyList<Replica>> AskAsync(IServer master) =>
        _latest = Replica.Parse((string)(await master.ExecuteAsync("INFO", "replication"))!);

    private async Task WatchAsync(WeakReference<ConnectionMultiplexer> watched)
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            do
            {
                await timer.WaitForNextTickAsync();
            }
            while (await LookAsync(watched));
        }
        finally
        {
            await sentinels.DisposeAsync();
        }
    }

    // Apart from the waiting, which would otherwise hold what is watched.
    private async Task<bool> LookAsync(WeakReference<ConnectionMultiplexer> watched) => watched.TryGetTarget(out var redis) && await LookAsync(redis);

    // False once the connection is closed for good.
    private async Task<bool> LookAsync(ConnectionMultiplexer redis)
    {
        try
        {
            _neverPromoted = await AskSentinelsAsync();
            if (ReplicaAcknowledgement.Link.Of(redis).EndPoint is { } master)
            {
                await AskAsync(redis.GetServer(master));
                return true;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
        }

        _latest = null;
        return true;
    }

    // Those that each sentinel that answers would never promote: any one of them may lead a failover.
    private async Task<HashSet<string>> AskSentinelsAsync()
    {
        HashSet<string>? agreed = null;
        foreach (var sentinel in sentinels.GetServers().Where(server => server.IsConnected))
        {
            try
            {
                var replicas = (await sentinel.SentinelReplicasAsync(name)).Select(fields => fields.ToDictionary(StringComparer.Ordinal));
                var never = replicas.Where(fields => fields.GetValueOrDefault("slave-priority") == "0").Select(fields => $"{fields["ip"]}:{fields["port"]}");
                agreed = agreed is null ? [.. never] : [.. agreed.Intersect(never)];
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // Another one answers.
            }
        }

        return agreed ?? [];
    }
}
