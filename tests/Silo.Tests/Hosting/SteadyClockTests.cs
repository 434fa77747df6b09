using Microsoft.Extensions.Time.Testing;
using Superhero.Redis;

namespace Superhero.Silo.Tests.Hosting;

public class SteadyClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly Machine _machine = new();
    private readonly SteadyClock _clock;

    public SteadyClockTests() => _clock = new SteadyClock(_machine);

    [Fact]
    public void A_clock_that_is_set_back_by_an_hour_goes_on_from_where_it_was()
    {
        Assert.Equal(Start, _clock.GetUtcNow());
        _machine.Ahead = TimeSpan.FromHours(-1);
        Assert.Equal(Start, _clock.GetUtcNow());
        _machine.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Start.AddSeconds(5), _clock.GetUtcNow());
        Assert.Equal(Start.AddHours(-1).AddSeconds(5), _clock.MachineTime);
    }

    [Fact]
    public void A_clock_that_is_set_forward_is_followed()
    {
        Assert.Equal(Start, _clock.GetUtcNow());
        _machine.Ahead = TimeSpan.FromHours(1);
        Assert.Equal(Start.AddHours(1), _clock.GetUtcNow());
        _machine.Ahead = TimeSpan.Zero;
        _machine.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(Start.AddHours(1).AddSeconds(5), _clock.GetUtcNow());
    }

    [Fact]
    public void Timestamps_begin_at_zero_and_no_step_changes_what_has_passed()
    {
        Assert.Equal(0, _clock.GetTimestamp());
        var started = _clock.GetTimestamp();
        _machine.Ahead = TimeSpan.FromHours(-1);
        _machine.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), _clock.GetElapsedTime(started));
    }

    [Fact]
    public async Task A_wait_takes_its_time_whatever_is_set()
    {
        var waiting = Task.Delay(TimeSpan.FromSeconds(5), _clock, TestContext.Current.CancellationToken);
        _machine.Ahead = TimeSpan.FromHours(1);
        Assert.False(waiting.IsCompleted);
        _machine.Advance(TimeSpan.FromSeconds(5));
        await waiting;
    }

    // Its monotonic clock goes on when the time is set.
    private sealed class Machine : TimeProvider
    {
        private readonly FakeTimeProvider _monotonic = new(Start);

        public TimeSpan Ahead { get; set; }

        public override long TimestampFrequency => _monotonic.TimestampFrequency;

        public void Advance(TimeSpan time) => _monotonic.Advance(time);

        public override DateTimeOffset GetUtcNow() => _monotonic.GetUtcNow() + Ahead;

        public override long GetTimestamp() => _monotonic.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _monotonic.CreateTimer(callback, state, dueTime, period);
    }
}
