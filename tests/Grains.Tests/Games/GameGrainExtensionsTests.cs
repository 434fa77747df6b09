using System.Reflection;
using Superhero.Grains.Interfaces;

namespace Superhero.Grains.Tests.Games;

public class GameGrainExtensionsTests
{
    [Fact]
    public async Task Caller_does_not_wait_for_a_game_that_takes_long() => Assert.Null(
        await Game(new TaskCompletionSource<GameOutcome>().Task).FinishWithinAsync(leavingUser: null, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Timeout_within_a_game_is_a_failure_of_the_game() => await Assert.ThrowsAsync<TimeoutException>(
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
