using Microsoft.Extensions.Time.Testing;
using Superhero.Grains.Games;

namespace Superhero.Grains.Tests.Games;

public class GameFailuresTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly GameFailures _failures;

    public GameFailuresTests() => _failures = new GameFailures(_clock);

    [Fact]
    public void Failed_game_is_a_problem_until_it_succeeds_or_another_silo_must_have_it()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Null(_failures.Problem);
        _failures.Failed(one, "no space");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _failures.Failed(other, "no time");
        Assert.Equal("games that failed and wait for their next attempt: 2; no time", _failures.Problem);
        _failures.Succeeded(other);
        Assert.Equal("games that failed and wait for their next attempt: 1; no space", _failures.Problem);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(_failures.Problem);
    }

    [Fact]
    public void First_failure_of_a_cause_is_reported_at_once_and_later_ones_once_a_minute_together()
    {
        var failures = new FailureSummary(_clock);
        Assert.Equal(1, failures.Add("redis"));
        Assert.Equal(1, failures.Add("output"));
        Assert.Null(failures.Add("redis"));
        Assert.Null(failures.Add("redis"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, failures.Add("redis"));
        Assert.Null(failures.Add("redis"));
    }

    [Fact]
    public void Lack_of_memory_is_never_a_failure_of_the_game_itself()
    {
        Assert.Equal("memory", FailureCause.Of(new InsufficientMemoryException()));
        Assert.Equal("memory", FailureCause.Of(new AggregateException(new InsufficientMemoryException())));
        Assert.Equal("game", FailureCause.Of(new InvalidOperationException()));
    }
}
