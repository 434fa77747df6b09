using System.Net;
using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Knows which replicas sentinels may promote. It asks in the background, so that a game need not.</summary>
/// <param name="sentinels">The sentinels.</param>
/// <param name="name">The name of the master.</param>
internal sealed class PromotableReplicas(ConnectionMultiplexer sentinels, string name)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyList<Replica>? _latest;
    private volatile SentinelReport _report = SentinelReport.Nothing;

    /// <summary>The replicas that were online a second ago; null if that is not known.</summary>
    public IReadOnlyList<Replica>? Latest => _latest;

    /// <summary>Whether a master may have a replica, or sentinels may be replacing it.</summary>
    public bool MayExist(EndPoint? master) => _latest is not { Count: 0 } || _report.Promotable > 0 || IsReplaced(master);

    /// <summary>Whether most sentinels name another master.</summary>
    public bool IsReplaced(EndPoint? master) => _report.Masters.Count(named => !Equals(named, master)) * 2 > _report.Masters.Count;

    /// <summary>Whether sentinels know no more replicas that they may promote than are online for the master. While a failover is under
    /// way, a promoted replica has left the master, and what the others acknowledge is lost.</summary>
    public bool AreComplete(IEnumerable<Replica> online) => online.Count(IsPromotable) >= _report.Promotable;

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

    /// <summary>Whether sentinels may promote a replica. A replica that they do not report counts as promotable.</summary>
    public bool IsPromotable(Replica replica) => !_report.NeverPromoted.Contains(replica.Address);

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
            _report = await AskSentinelsAsync();
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

    // Any sentinel may lead a failover. If none answers, none does.
    private async Task<SentinelReport> AskSentinelsAsync()
    {
        List<SentinelReport> reports = [];
        foreach (var sentinel in sentinels.GetServers().Where(server => server.IsConnected))
        {
            try
            {
                var master = await sentinel.SentinelGetMasterAddressByNameAsync(name);
                var replicas = (await sentinel.SentinelReplicasAsync(name)).Select(fields => fields.ToDictionary(StringComparer.Ordinal));
                reports.Add(SentinelReport.Of(master, replicas));
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // Another one answers.
            }
        }

        return reports.Count == 0 ? _report : reports.Aggregate((one, other) => one.With(other));
    }
}
