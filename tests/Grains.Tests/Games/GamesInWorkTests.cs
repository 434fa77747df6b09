using Microsoft.Extensions.Time.Testing;
using Superhero.Grains.Games;

namespace Superhero.Grains.Tests.Games;

public class GamesInWorkTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly GamesInWork _games;

    public GamesInWorkTests() => _games = new GamesInWork(_clock);

    [Fact]
    public void Games_that_end_in_time_are_no_problem()
    {
        Assert.Null(_games.Problem);
        using (_games.Begin())
        {
            _clock.Advance(GamesInWork.Patience);
            Assert.Null(_games.Problem);
        }

        _clock.Advance(GamesInWork.Patience);
        Assert.Null(_games.Problem);
    }

    [Fact]
    public void Game_in_work_for_too_long_is_a_problem_until_it_ends()
    {
        using (_games.Begin())
        {
            _clock.Advance(GamesInWork.Patience + TimeSpan.FromTicks(1));
            Assert.Equal("games in work for more than 30 seconds: 1", _games.Problem);
        }

        Assert.Null(_games.Problem);
    }

    [Fact]
    public void Failed_game_is_a_problem_until_it_succeeds_or_another_silo_must_have_it()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        _games.Failed(one, "no space");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _games.Failed(other, "no time");
        Assert.Equal("games that failed and wait for their next attempt: 2; no time", _games.Problem);
        _games.Succeeded(other);
        Assert.Equal("games that failed and wait for their next attempt: 1; no space", _games.Problem);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(_games.Problem);
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
}
