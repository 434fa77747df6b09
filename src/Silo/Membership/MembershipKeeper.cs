using System.Globalization;
using Microsoft.Extensions.Options;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using StackExchange.Redis;
using Superhero.Grains.Logging;

namespace Superhero.Silo.Membership;

/// <summary>Restores the membership table when Redis has lost it, for example after a restart with no data or with an
/// older copy. Without it each silo would continue without the others, until a newer table told it that it is dead.</summary>
public sealed partial class MembershipKeeper(
    IConnectionMultiplexer redis, IOptions<RedisClusteringOptions> clustering, IOptions<ClusterOptions> cluster, ILocalSiloDetails self, TimeProvider clock, ILogger<MembershipKeeper> logger)
    : BackgroundService
{
    private const string Version = "Version";

    // A silo accepts a table only if its version is newer than the one that it knows. Another silo may know a version that is a little
    // newer than the one that this silo read last.
    private const int Margin = 16;

    // Adds the rows that are missing, and makes the table newer than any that a silo knows, atomically: a silo that found
    // itself missing in a newer table would take itself for dead.
    private const string Restore =
        """
        local added = 0
        for i = 4, #ARGV, 2 do
            added = added + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
        end
        local version = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
        local newer = tonumber(ARGV[2])
        if added > 0 or version < newer then
            redis.call('HSET', KEYS[1], ARGV[1], string.format('%d', math.max(version + 1, newer)))
            redis.call('SET', KEYS[2], ARGV[3])
        end
        return added
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // A silo that restores the table may not know a silo that joined just before. By this change that one learns that nobody evicted it.
    private static readonly RedisKey Restored = "superhero/members/restored";

    private readonly RedisKey _table = clustering.Value.CreateRedisKey(cluster.Value);
    private Dictionary<string, string>? _known;
    private RedisValue _restored;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CheckAsync();
            }
            catch (Exception exception) when (exception.Unexpected() is null)
            {
                // Redis is away, which the health checks report.
                LogFailed(exception.Reason());
            }
            catch (Exception exception)
            {
                LogUnexpected(exception.Reason(), exception);
            }

            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync()
    {
        // In this order: a table that is restored between the two reads is noticed at the next check.
        var restored = await redis.GetDatabase().StringGetAsync(Restored);
        var now = (await redis.GetDatabase().HashGetAllAsync(_table)).ToStringDictionary();
        if (_known is null || !IsLost(now, _known, restored))
        {
            if (HasSelf(now))
            {
                (_known, _restored) = (now, restored);
            }

            return;
        }

        LogLost();
        await redis.GetDatabase().ScriptEvaluateAsync(
            Restore,
            [_table, Restored],
            [Version, VersionOf(_known) + Margin, $"{Guid.NewGuid():N}", .. _known.Where(IsRow).SelectMany(row => new RedisValue[] { row.Key, row.Value })]);
        LogRestored(_known.Count(IsRow));
    }

    // A newer table without this silo is not lost if it still has others that this silo knows: they evicted this silo, and it must not
    // bring itself back, nor the silos that left while it stood still.
    private bool IsLost(Dictionary<string, string> now, Dictionary<string, string> known, RedisValue restored) =>
        VersionOf(now) < VersionOf(known)
        || (!HasSelf(now) && (restored != _restored || !known.Where(IsRow).Any(row => now.ContainsKey(row.Key))));

    private bool HasSelf(Dictionary<string, string> table) => table.ContainsKey(self.SiloAddress.ToString());

    private static bool IsRow(KeyValuePair<string, string> field) => field.Key != Version;

    private static int VersionOf(Dictionary<string, string> table) =>
        table.TryGetValue(Version, out var version) ? int.Parse(version, CultureInfo.InvariantCulture) : 0;

    [LoggerMessage(701, LogLevel.Warning, "Redis lost the membership table; this silo restores it")]
    private partial void LogLost();

    [LoggerMessage(702, LogLevel.Information, "Restored the membership table; rows: {Count}")]
    private partial void LogRestored(int count);

    [LoggerMessage(703, LogLevel.Debug, "Could not read the membership table: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(704, LogLevel.Warning, "Could not check the membership table; this silo tries again in 2 s: {Reason}")]
    private partial void LogUnexpected(string reason, Exception bug);
}
