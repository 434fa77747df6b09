using Microsoft.Extensions.Time.Testing;
using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Tests.Subscriber;

public class OverheardGamesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly OverheardGames _overheard;

    public OverheardGamesTests() => _overheard = new(_clock);

    [Fact]
    public void A_game_is_taken_once_however_often_it_was_announced_and_the_latest_comes_first()
    {
        var (first, second) = (Hear(), Hear());
        Hear(first);
        Assert.Equal([second, first], Take(_ => true));
        Assert.Empty(Take(_ => true));
    }

    [Fact]
    public void What_is_not_asked_for_stays()
    {
        var (first, second) = (Hear(), Hear());
        Assert.Equal([second], Take(game => game == second));
        Assert.Equal([first], Take(_ => true));
    }

    [Fact]
    public void What_is_older_than_a_minute_is_forgotten()
    {
        Hear();
        _clock.Advance(OverheardGames.Age);
        var late = Hear();
        Assert.Equal([late], Take(_ => true));
    }

    [Fact]
    public void Beyond_its_capacity_the_oldest_are_forgotten()
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
