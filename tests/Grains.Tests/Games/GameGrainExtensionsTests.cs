using System.Reflection;
using Superhero.Grains.Interfaces;

namespace Superhero.Grains.Tests.Games;

public class GameGrainExtensionsTests
{
    [Fact]
    public async Task A_game_that_takes_long_is_not_waited_for() => Assert.Null(
        await Game(new TaskCompletionSource<GameOutcome>().Task).FinishWithinAsync(leavingUser: null, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_game_that_fails_by_a_timeout_of_its_own_has_failed() => await Assert.ThrowsAsync<TimeoutException>(
        () => Game(Task.FromException<GameOutcome>(new TimeoutException())).FinishWithinAsync(leavingUser: null, TestContext.Current.CancellationToken));

    private static IGameGrain Game(Task<GameOutcome> finishing)
    {
        var game = DispatchProxy.Create<IGameGrain, Answering>();
        ((Answering)game).Answer = finishing;
        return game;
    }

    public class Answering : DispatchProxy
    {
        public Task<GameOutcome>? Answer { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer;
    }
}
