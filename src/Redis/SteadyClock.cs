#pragma warning disable RS0030 // This is the one place that reads the machine's clock.
namespace Superhero.Redis;

/// <summary>The clock of a process. It never goes back: it is the machine's time at the start plus the time that has passed since, and
/// follows the machine's time forward only.</summary>
/// <remarks>Machines set their clocks back, as after a resumed suspension. Orleans starts no grain while its clock is behind a time that it
/// has seen, and what is cached until a time would be cached for as long as the step. The time that has passed is the machine's
/// monotonic clock, which nothing sets.</remarks>
public sealed class SteadyClock : TimeProvider
{
    private readonly TimeProvider _machine;
    private readonly long _start;
    private long _origin;

    /// <summary>Starts a clock of its own on another one, for tests.</summary>
    /// <param name="machine">The clock that may go back.</param>
    public SteadyClock(TimeProvider machine) => (_machine, _start) = (machine, machine.GetTimestamp());

    /// <summary>The clock of this process.</summary>
    public static SteadyClock Instance { get; } = new(System);

    /// <summary>The machine's time, which may go back. It is for comparisons with what reads it, too, and cannot be told
    /// otherwise.</summary>
    public DateTimeOffset MachineTime => _machine.GetUtcNow();

    /// <inheritdoc />
    public override long TimestampFrequency => _machine.TimestampFrequency;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => _machine.LocalTimeZone;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        // In this order: a thread that is suspended between the two finds the origin too early, and keeps the known one.
        var machine = _machine.GetUtcNow().Ticks;
        var elapsed = _machine.GetElapsedTime(_start).Ticks;
        var known = Volatile.Read(ref _origin);
        while (machine - elapsed > known)
        {
            var before = Interlocked.CompareExchange(ref _origin, machine - elapsed, known);
            known = before == known ? machine - elapsed : before;
        }

        return new DateTimeOffset(known + elapsed, TimeSpan.Zero);
    }

    /// <summary>The time since the start of this clock. Orleans' watchdog may read the timestamp of a check before there was one,
    /// which is 0: by the machine's own count the silo would then seem to have stood still since the machine started.</summary>
    public override long GetTimestamp() => _machine.GetTimestamp() - _start;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _machine.CreateTimer(callback, state, dueTime, period);
}
