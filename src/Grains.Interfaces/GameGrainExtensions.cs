namespace Superhero.Grains.Interfaces;

/// <summary>Calls to games' grains.</summary>
public static class GameGrainExtensions
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Lets a game do what there is to do for it, and waits for at most 3 seconds: a call to a silo that stands
    /// still takes far longer, and must not hold up those to the others.</summary>
    /// <param name="game">The game's grain.</param>
    /// <param name="leavingUser">As in <see cref="IGameGrain.Finish"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What became of the game; null where that is not known yet.</returns>
    public static async Task<GameOutcome?> FinishWithinAsync(
        this IGameGrain game, string? leavingUser, CancellationToken cancellationToken = default)
    {
        var finishing = game.Finish(leavingUser);
        try
        {
            return await finishing.WaitAsync(CallTimeout, cancellationToken);
        }
        catch (TimeoutException) when (!finishing.IsCompleted)
        {
            return null;
        }
    }
}
