using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Tests.Subscriber;

public class GamesInHandTests
{
    private readonly GamesInHand _games = new();
    private readonly Guid _game = Guid.NewGuid();

    [Fact]
    public void First_message_takes_a_game_and_later_ones_wait_until_the_game_is_released()
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
    public void Game_keeps_no_more_messages_than_a_lobby_has_participants()
    {
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(i == 0, _games.TryTake(By($"{i}"))));
        Assert.Equal(256, _games.LetGo(_game).Count);
    }

    private Announcement By(string user) => new(new GameFinishedMessage(_game, user), 0);
}
