using Orleans.Clustering.Redis;
using StackExchange.Redis;
using Superhero.Grains.Logging;

namespace Superhero.Silo.Membership;

/// <summary>Puts the cluster's table of members back when Redis has lost it, as one does that is restarted empty or from an
/// older copy. Without it each silo would go on alone, blind to those that come and go, until a newer table told it that
/// it is dead.</summary>
public sealed partial class MembershipKeeper(
    IMembershipTable table, IConnectionMultiplexer redis, ILocalSiloDetails self, TimeProvider clock, ILogger<MembershipKeeper> logger) : BackgroundService
{
    private const int MaxTries = 10_000;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // A silo takes notice of a table only when it is newer than the one that it knows, and another silo may know one
    // that is a little newer than this silo's.
    private const int Margin = 16;

    // Who puts the table back may not know of a silo that came just before, which tells by this that it was not taken out.
    private static readonly RedisKey Restored = "superhero/members/restored";

    private MembershipTableData? _known;
    private RedisValue _restored;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is RedisClusteringException || exception.Unexpected() is null)
            {
                // Redis is away, of which others speak.
                LogFailed(exception.Reason());
            }
            catch (Exception exception)
            {
                LogUnexpected(exception.Reason(), exception);
            }

            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        // In this order: what is put back between the two is seen at the next look.
        var restored = await redis.GetDatabase().StringGetAsync(Restored);
        var now = await ReadAsync(stoppingToken);
        if (_known is null || (now is not null && !IsLost(now, _known, restored)))
        {
            if (_known is null || now?.TryGet(self.SiloAddress) is not null)
            {
                (_known, _restored) = (now, restored);
            }

            return;
        }

        LogLost();
        await redis.GetDatabase().StringSetAsync(Restored, $"{Guid.NewGuid():N}");
        await table.InitializeMembershipTableAsync(true, stoppingToken);
        await RestoreAsync(_known, stoppingToken);
        _known = await table.ReadAllAsync(stoppingToken);
        _restored = await redis.GetDatabase().StringGetAsync(Restored);
        LogRestored(_known.Members.Count);
    }

    // A table that others have gone on with, and that does not have this silo any more, is not lost: they took it out, and it
    // is not to bring itself back, nor those that left while it stood still.
    private bool IsLost(MembershipTableData now, MembershipTableData known, RedisValue restored) =>
        now.Version.Version < known.Version.Version
        || (now.TryGet(self.SiloAddress) is null
            && (restored != _restored || !known.Members.Any(member => now.TryGet(member.Item1.SiloAddress) is not null)));

    private async Task<MembershipTableData?> ReadAsync(CancellationToken stoppingToken)
    {
        try
        {
            return await table.ReadAllAsync(stoppingToken);
        }
        catch (RedisClusteringException)
        {
            // There is no table.
            return null;
        }
    }

    // Every silo does this at the same time, each write conditional on the version. All members are in the table before
    // its version grows beyond what any silo knows: a silo that found itself missing then would take itself for dead.
    private async Task RestoreAsync(MembershipTableData known, CancellationToken stoppingToken)
    {
        for (var i = 0; i < MaxTries && !stoppingToken.IsCancellationRequested; i++)
        {
            var now = await table.ReadAllAsync(stoppingToken);
            var missing = known.Members
                .Select(member => member.Item1)
                .FirstOrDefault(member => member.Status == SiloStatus.Active && now.TryGet(member.SiloAddress) is null);
            if (missing is not null)
            {
                await table.InsertRowAsync(missing, now.Version.Next(), stoppingToken);
            }
            else if (now.Version.Version <= known.Version.Version + Margin && now.TryGet(self.SiloAddress) is var (own, etag))
            {
                await table.UpdateRowAsync(own, etag, now.Version.Next(), stoppingToken);
            }
            else
            {
                return;
            }
        }
    }

    [LoggerMessage(701, LogLevel.Warning, "Redis has lost the cluster's table of members; it is put back")]
    private partial void LogLost();

    [LoggerMessage(702, LogLevel.Information, "The cluster's table is back; members: {Count}")]
    private partial void LogRestored(int count);

    [LoggerMessage(703, LogLevel.Debug, "The cluster's table can't be read: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(704, LogLevel.Warning, "The cluster's table can't be looked after, which is tried again: {Reason}")]
    private partial void LogUnexpected(string reason, Exception bug);
}
