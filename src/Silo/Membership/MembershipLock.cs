using StackExchange.Redis;
using Superhero.Grains.Logging;

namespace Superhero.Silo.Membership;

/// <summary>A lock in Redis. Silos that start or stop together hold it to write their status into the membership table one after
/// another.</summary>
/// <remarks>Orleans reads the table and writes a row on the condition that no other silo wrote since. A silo that loses such a write waits
/// for 2 seconds or more before it retries, although the winner was done within milliseconds. So a silo acquires the lock before each of
/// its statuses, and releases it with the write. The lock expires if its holder dies. A silo that cannot acquire it writes
/// without it, as Orleans would.</remarks>
public sealed partial class MembershipLock(IConnectionMultiplexer redis, ILocalSiloDetails self, TimeProvider clock, ILogger<MembershipLock> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private const string ReleaseScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

    private static readonly RedisKey Key = "superhero/members/lock";

    // A write takes milliseconds. A silo that stands still for longer loses the lock.
    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    private readonly RedisValue _holder = self.SiloAddress.ToParsableString();
    private volatile bool _isHeld;

    /// <inheritdoc />
    public void Participate(ISiloLifecycle lifecycle)
    {
        // Orleans writes that the silo joins, that it is active, that it shuts down and that it is dead in the next stage each.
        lifecycle.Subscribe(nameof(MembershipLock), ServiceLifecycleStage.AfterRuntimeGrainServices - 1, AcquireAsync);
        lifecycle.Subscribe(nameof(MembershipLock), ServiceLifecycleStage.GrainDeactivation, AcquireAsync);
        lifecycle.Subscribe(nameof(MembershipLock), ServiceLifecycleStage.Active, _ => Task.CompletedTask, AcquireAsync);
        lifecycle.Subscribe(nameof(MembershipLock), ServiceLifecycleStage.RuntimeInitialize + 2, _ => Task.CompletedTask, AcquireAsync);
    }

    /// <summary>Releases the lock, if this silo holds it.</summary>
    public void Release()
    {
        if (_isHeld)
        {
            _isHeld = false;
            redis.GetDatabase().ScriptEvaluateAsync(ReleaseScript, [Key], [_holder]).Ignore();
        }
    }

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        try
        {
            while (!(_isHeld = await redis.GetDatabase().StringSetAsync(Key, _holder, Expiry, When.NotExists))
                && clock.GetElapsedTime(started) < Patience && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Poll, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogWithout(exception.Reason());
        }
    }

    [LoggerMessage(705, LogLevel.Debug, "Could not acquire the membership lock; this silo writes its status without it: {Reason}")]
    private partial void LogWithout(string reason);
}
