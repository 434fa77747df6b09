using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Superhero.Testing;

/// <summary>A clock that stands still until it is advanced, and tells when somebody begins to wait on it: whoever advanced it
/// before that would have them wait for the time after.</summary>
public sealed class TestClock() : FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>The length of the next wait that begins, or has begun since the last call.</summary>
    public Task<TimeSpan> NextWaitAsync() => _waits.Reader.ReadAsync().AsTask().WaitAsync(Timeout);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }
}
