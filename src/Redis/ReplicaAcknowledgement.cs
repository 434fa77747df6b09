using System.Net;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Decides when a write counts: once every replica has it that sentinels may promote. These are the replicas that are online
/// for the master and whose priority is not 0.</summary>
/// <remarks>The master says which replicas there are. The sentinels say which of them they never promote, how many they may promote, and
/// whether there is another master by now. The silo's own
/// connections to replicas play no role, so a firewall between the two changes nothing. Where no sentinel is, nobody promotes a
/// replica, and a write counts at once.</remarks>
public sealed class ReplicaAcknowledgement
{
    // The connection is everybody's, and stands still meanwhile.
    private const int Milliseconds = 100;

    private static readonly ConditionalWeakTable<IConnectionMultiplexer, ReplicaAcknowledgement> Watched = [];

    private readonly Lock _lock = new();
    private readonly PromotableReplicas _replicas;
    private Task<Link> _round = Task.FromResult<Link>(default);
    private Task<Link>? _next;

    private ReplicaAcknowledgement(PromotableReplicas replicas) => _replicas = replicas;

    /// <summary>Marks the beginning of a write.</summary>
    /// <param name="redis">The connection. Writes count at once if <see cref="RedisConnector"/> did not make it.</param>
    public static PendingWrite Begin(IConnectionMultiplexer redis) =>
        Watched.TryGetValue(redis, out var acknowledgement) && Link.Of(redis) is var link && acknowledgement._replicas.MayExist(link.EndPoint)
            ? new PendingWrite(acknowledgement, redis, link)
            : default;

    /// <summary>Learns from now on which replicas there are, if sentinels watch them.</summary>
    internal static async Task WatchAsync(ConnectionMultiplexer redis, RedisOptions options)
    {
        if (options.Sentinel is not null)
        {
            Watched.Add(redis, new ReplicaAcknowledgement(await PromotableReplicas.WatchAsync(redis, options)));
        }
    }

    // One WAIT at a time serves all writes that were answered before it: each blocks the connection while a replica lags.
    private Task<Link> JoinNextRoundAsync(IConnectionMultiplexer redis)
    {
        lock (_lock)
        {
            var previous = _round;
            return _next ??= Task.Run(() => RunAfterAsync(previous, redis));
        }
    }

    private async Task<Link> RunAfterAsync(Task previous, IConnectionMultiplexer redis)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            (_round, _next) = (_next!, null);
        }

        return await RunAsync(redis);
    }

    private async Task<Link> RunAsync(IConnectionMultiplexer redis)
    {
        var link = Link.Of(redis);
        if (link.EndPoint is null)
        {
            throw new RedisException("No master takes writes.");
        }

        var master = redis.GetServer(link.EndPoint);
        var before = _replicas.Latest ?? await _replicas.AskAsync(master);
        var after = before;
        for (var count = before.Count(_replicas.IsPromotable); before.Count > 0; count++)
        {
            // Behind each other on the connection of the write: WAIT asks for the writes of its own connection.
            var waiting = master.ExecuteAsync("WAIT", count, Milliseconds);
            var asking = _replicas.AskAsync(master);
            var acknowledged = (int)await waiting;
            after = await asking;
            if (HaveAll(before, after, acknowledged))
            {
                break;
            }

            if (acknowledged < count || count >= before.Count)
            {
                throw Lacks();
            }
        }

        if (!_replicas.AreComplete(after))
        {
            throw Lacks();
        }

        if (_replicas.IsReplaced(link.EndPoint))
        {
            throw new RedisException("Sentinels have replaced the master, and the new one may not have the write.");
        }

        // A WAIT on a new connection asks for none of the writes of the one before it.
        return Link.Of(redis) == link ? link : default;
    }

    private static RedisException Lacks() =>
        new("A replica that sentinels may promote does not have the write yet, and a failover would forget it.");

    // Acknowledgements only grow, so those that have acknowledged most are those that WAIT has counted. Some may have gone since.
    private bool HaveAll(IReadOnlyCollection<Replica> before, IReadOnlyCollection<Replica> after, int acknowledged)
    {
        var certain = acknowledged - before.ExceptBy(after.Select(replica => replica.Address), replica => replica.Address).Count();
        return after.OrderByDescending(replica => replica.Offset).Skip(Math.Max(0, certain)).All(replica => !_replicas.IsPromotable(replica));
    }

    /// <summary>A write that has begun.</summary>
    public readonly struct PendingWrite
    {
        private readonly ReplicaAcknowledgement? _acknowledgement;
        private readonly IConnectionMultiplexer _redis;
        private readonly Link _link;

        internal PendingWrite(ReplicaAcknowledgement acknowledgement, IConnectionMultiplexer redis, Link link) =>
            (_acknowledgement, _redis, _link) = (acknowledgement, redis, link);

        /// <summary>Waits until the write counts. Call it once Redis has answered the write: the client repeats a script that Redis has
        /// forgotten, and a WAIT sent before that would not ask for it.</summary>
        /// <exception cref="RedisException">The write does not count: a replica does not have it after 100 ms, or the connection broke
        /// meanwhile.</exception>
        public async Task CountsAsync()
        {
            if (_acknowledgement is not null && (await _acknowledgement.JoinNextRoundAsync(_redis) != _link || _link == default))
            {
                throw new RedisException("The connection to Redis broke, and whether the replicas have the write is not known.");
            }
        }
    }

    /// <summary>A connection to the master, until it breaks.</summary>
    internal readonly record struct Link(EndPoint? EndPoint, long Sockets)
    {
        public static Link Of(IConnectionMultiplexer redis) =>
            redis.GetServers().FirstOrDefault(server => server is { IsConnected: true, IsReplica: false }) is { } master
                ? new Link(master.EndPoint, master.GetCounters().Interactive.SocketCount)
                : default;
    }
}
