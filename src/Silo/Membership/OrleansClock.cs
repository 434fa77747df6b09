namespace Superhero.Silo.Membership;

/// <summary>The clock of what Orleans does from time to time.</summary>
/// <remarks>
/// Its timers are never early. One of .NET's may be, by up to a millisecond; Orleans, which waits until a point in time, would
/// then wait again for the rest, in a loop that takes half of all that a silo does without games.
/// <para>Its timestamps begin with the silo. Orleans' watchdog may look at the last check of its components before it has noted a
/// first one, and so at the timestamp 0: by the machine's own count the silo would then seem to have stood still since the
/// machine started, which would be logged and held against its health.</para>
/// </remarks>
internal sealed class OrleansClock : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override long GetTimestamp() => System.GetTimestamp() - _start;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? Late(dueTime) : dueTime, period);

    // It counts whole milliseconds, of which the first may be almost over.
    private static TimeSpan Late(TimeSpan dueTime) => TimeSpan.FromMilliseconds(Math.Ceiling(dueTime.TotalMilliseconds) + 1);
}
