using StackExchange.Redis;
using Superhero.Grains.Logging;

namespace Superhero.Silo.Membership;

/// <summary>Lets silos that start or stop together write their status into the membership table one after another.</summary>
/// <remarks>Orleans reads the table and writes a row on the condition that nobody wrote since. A silo that loses such a write waits for 2
/// seconds or more before it tries again, although the winner was done within milliseconds. A turn is a lock in Redis. A silo
/// takes it before each of its statuses, and gives it back with its write. The lock expires if its holder dies, and a silo that cannot
/// get it writes without it, as Orleans would.</remarks>
public sealed partial class StatusTurn(IConnectionMultiplexer redis, ILocalSiloDetails self, TimeProvider clock, ILogger<StatusTurn> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private const string Release = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

    private static readonly RedisKey Lock = "superhero/members/turn";

    // A write takes milliseconds. A silo that stands still for longer loses its turn.
    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    private readonly RedisValue _holder = self.SiloAddress.ToParsableString();
    private volatile bool _isTaken;

    /// <inheritdoc />
    public void Participate(ISiloLifecycle lifecycle)
    {
        // Orleans writes that the silo joins, that it is active, that it shuts down and that it is dead in the next stage each.
        lifecycle.Subscribe(nameof(StatusTurn), ServiceLifecycleStage.AfterRuntimeGrainServices - 1, TakeAsync);
        lifecycle.Subscribe(nameof(StatusTurn), ServiceLifecycleStage.GrainDeactivation, TakeAsync);
        lifecycle.Subscribe(nameof(StatusTurn), ServiceLifecycleStage.Active, _ => Task.CompletedTask, TakeAsync);
        lifecycle.Subscribe(nameof(StatusTurn), ServiceLifecycleStage.RuntimeInitialize + 2, _ => Task.CompletedTask, TakeAsync);
    }

    /// <summary>Gives the turn to the next silo.</summary>
    public void GiveBack()
    {
        if (_isTaken)
        {
            _isTaken = false;
            redis.GetDatabase().ScriptEvaluateAsync(Release, [Lock], [_holder]).Ignore();
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        try
        {
            while (!(_isTaken = await redis.GetDatabase().StringSetAsync(Lock, _holder, Expiry, When.NotExists))
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

    [LoggerMessage(705, LogLevel.Debug, "This silo writes its status without waiting for its turn: {Reason}")]
    private partial void LogWithout(string reason);
}
