using Microsoft.Extensions.Time.Testing;
using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Tests.Subscriber;

public class OverheardGamesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly OverheardGames _overheard;

    public OverheardGamesTests() => _overheard = new(_clock);

    [Fact]
    public void Repeated_messages_of_a_game_are_taken_once_and_the_latest_game_first()
    {
        var (first, second) = (Hear(), Hear());
        Hear(first);
        Assert.Equal([second, first], Take(_ => true));
        Assert.Empty(Take(_ => true));
    }

    [Fact]
    public void Games_that_the_filter_leaves_out_stay()
    {
        var (first, second) = (Hear(), Hear());
        Assert.Equal([second], Take(game => game == second));
        Assert.Equal([first], Take(_ => true));
    }

    [Fact]
    public void Games_older_than_a_minute_are_dropped()
    {
        Hear();
        _clock.Advance(OverheardGames.Age);
        var late = Hear();
        Assert.Equal([late], Take(_ => true));
    }

    [Fact]
    public void Oldest_games_are_dropped_beyond_the_capacity()
    {
        var games = Enumerable.Range(0, OverheardGames.Capacity + 2).Select(_ => Hear(step: 0)).ToList();
        var taken = Take(_ => true).ToHashSet();
        Assert.Equal(OverheardGames.Capacity, taken.Count);
        Assert.DoesNotContain(games[0], taken);
        Assert.DoesNotContain(games[1], taken);
    }

    private Guid Hear(Guid? game = null, int step = 1)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(step));
        var announcement = new Announcement(new GameFinishedMessage(game ?? Guid.NewGuid(), "user"), _clock.GetTimestamp());
        _overheard.Add(announcement);
        return announcement.Message.Game;
    }

    private IEnumerable<Guid> Take(Func<Guid, bool> own) => _overheard.Take(own).Select(announcement => announcement.Message.Game);
}
