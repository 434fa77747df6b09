using Microsoft.Extensions.Options;
using Orleans.Placement;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Metrics;

namespace Superhero.Grains.Games;

/// <summary>One game in the cluster: calls for it that come while it is in work, or when it is done, share that work.</summary>
/// <remarks>Placed by its hash, so that each silo knows which messages are of no concern to it.</remarks>
[HashBasedPlacement]
public sealed class GameGrain(GameProcessor processor, IOptions<GameOptions> options, GameMetrics metrics) : Grain, IGameGrain
{
    // A timer of .NET can't wait for more than 49 days.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly LeavingUsers _leavingUsers = new();
    private Task<GameOutcome> _work = Task.FromResult(GameOutcome.Unknown);
    private IGrainTimer? _lobbyTimer;

    /// <inheritdoc />
    public Task<GameOutcome> Finish(string? leavingUser)
    {
        _leavingUsers.Add(leavingUser);
        return WorkAsync(new AttemptContext(IsSwept: leavingUser is null, Replays: false, _leavingUsers.Include));
    }

    /// <inheritdoc />
    public Task<GameOutcome> Replay() => WorkAsync(new AttemptContext(IsSwept: true, Replays: true, _leavingUsers.Include));

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await ((Task)_work).WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    private Task<GameOutcome> WorkAsync(AttemptContext how)
    {
        // The sweep looks again: what is loaded here may still have left something behind.
        if (_work is { IsCompleted: false } || (!how.IsSwept && _work is { IsCompletedSuccessfully: true, Result: GameOutcome.Loaded }))
        {
            metrics.Duplicate();
            return _work;
        }

        return _work = AttemptAsync(how);
    }

    private async Task<GameOutcome> AttemptAsync(AttemptContext how)
    {
        var outcome = await processor.AttemptAsync(this.GetPrimaryKey(), how);
        if (outcome == GameOutcome.Leaving)
        {
            // A participant who lost the connection never says good-bye, so the lobby is not kept for ever.
            WaitForLobby(how with { HaveLeft = _ => true }, options.Value.Expiry);
        }
        else if (how.IsSwept || outcome == GameOutcome.Unknown)
        {
            // Nobody else will ask.
            DeactivateOnIdle();
        }

        return outcome;
    }

    private void WaitForLobby(AttemptContext how, TimeSpan left)
    {
        var wait = left < LongestTimer ? left : LongestTimer;
        _lobbyTimer ??= this.RegisterGrainTimer(
            () =>
            {
                _lobbyTimer?.Dispose();
                _lobbyTimer = null;
                if (left > wait)
                {
                    WaitForLobby(how, left - wait);
                    return Task.CompletedTask;
                }

                return WorkAsync(how);
            },
            new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
    }
}
