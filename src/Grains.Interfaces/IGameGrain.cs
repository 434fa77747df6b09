using Orleans.Concurrency;

namespace Superhero.Grains.Interfaces;

/// <summary>One game, keyed by its game_token. It turns the finished game into its two tables and cleans its keys, once.</summary>
[Alias("superhero.IGameGrain")]
public interface IGameGrain : IGrainWithGuidKey
{
    /// <summary>Does what there is to do for the game. May be called at any time and as often as one likes: callers
    /// that come while the work runs share it, later ones are told its outcome.</summary>
    /// <param name="leavingUser">The user_token of the participant whose departure announced the end; null from the sweep,
    /// which found the game without being told.</param>
    /// <returns>What became of the game.</returns>
    [Alias("Finish")]
    [AlwaysInterleave]
    Task<GameOutcome> Finish(string? leavingUser);

    /// <summary>Takes the game out of quarantine and does it again.</summary>
    /// <returns>What became of the game.</returns>
    [Alias("Replay")]
    [AlwaysInterleave]
    Task<GameOutcome> Replay();
}
