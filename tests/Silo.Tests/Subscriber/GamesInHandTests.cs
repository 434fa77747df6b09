using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Tests.Subscriber;

public class GamesInHandTests
{
    private readonly GamesInHand _games = new();
    private readonly Guid _game = Guid.NewGuid();

    [Fact]
    public void The_first_announcement_takes_a_game_and_the_others_wait_until_it_is_let_go()
    {
        Assert.True(_games.TryTake(By("a")));
        Assert.False(_games.TryTake(By("b")));
        Assert.False(_games.TryTake(By("c")));
        Assert.True(_games.TryTake(new Announcement(new GameFinishedMessage(Guid.NewGuid(), "a"), 0)));
        Assert.Equal([By("b"), By("c")], _games.LetGo(_game));
        Assert.Empty(_games.LetGo(_game));
        Assert.True(_games.TryTake(By("b")));
    }

    [Fact]
    public void However_many_announce_it_no_more_than_a_lobby_holds_are_kept()
    {
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(i == 0, _games.TryTake(By($"{i}"))));
        Assert.Equal(256, _games.LetGo(_game).Count);
    }

    private Announcement By(string user) => new(new GameFinishedMessage(_game, user), 0);
}
