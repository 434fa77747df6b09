using Microsoft.Extensions.Options;
using Superhero.Grains.Archive;
using Superhero.Grains.Extract;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Grains.Load;
using Superhero.Grains.Logging;
using Superhero.Grains.Metrics;
using Superhero.Grains.Transform;

namespace Superhero.Grains.Games;

/// <summary>Makes an attempt at a game: begins it in the ledger, writes its files, and ends it in the ledger. It keeps nothing in
/// memory, so that any attempt may die or stand still at any point.</summary>
public sealed class GameProcessor(
    GameAdmission admission,
    GameLedger ledger,
    GameExtractor extractor,
    GameLoader loader,
    GameArchive archive,
    IOptions<GameOptions> options,
    GameMetrics metrics,
    GameReporter reporter)
{
    private bool Cleans => options.Value.Clean;

    /// <summary>Makes an attempt.</summary>
    /// <param name="token">The game's token.</param>
    /// <param name="how">What is known beforehand.</param>
    /// <returns>What became of the game. A failure is recorded and reported, and no exception.</returns>
    public async Task<GameOutcome> AttemptAsync(Guid token, AttemptContext how)
    {
        using var admitted = await admission.TryAdmitAsync();
        if (admitted is null)
        {
            return GameOutcome.Deferred;
        }

        var claim = new Claim(token, 0, "", default);
        try
        {
            Beginning beginning;
            using (metrics.Begin("begin"))
            {
                beginning = await ledger.BeginAsync(token, how.Replays);
            }

            claim = beginning.Claim;
            try
            {
                return await ProcessAsync(beginning, how, admitted);
            }
            catch (UnprocessableGameException exception)
            {
                if (!await ledger.QuarantinedAsync(claim, exception.Message, exception.Line))
                {
                    reporter.Lost(claim);
                    return GameOutcome.Waiting;
                }

                reporter.Quarantined(token, exception, how.IsSwept);
                return GameOutcome.Quarantined;
            }
        }
        catch (Exception exception)
        {
            return await FailAsync(claim, exception, how);
        }
    }

    private async Task<GameOutcome> ProcessAsync(Beginning beginning, AttemptContext how, GameAdmission.AdmittedGame admitted)
    {
        switch (beginning.State)
        {
            case BeginState.Claimed:
                return await LoadAsync(beginning.Claim, beginning.Game, how, admitted);
            case BeginState.Loaded:
                return await CleanAsync(beginning.Claim, beginning.Game);
            case BeginState.TimedOut:
                return await HandleTimedOutAsync(beginning.Claim, Readable(beginning.Game), how);
            case BeginState.Unknown:
                return await HandleUnknownAsync(beginning.Claim, Readable(beginning.Game), how);
            case BeginState.Unrecordable:
                throw new UnprocessableGameException($"what stands in Redis as {RecordKey.Of(beginning.Claim.Token)} is no record of a game");
            case BeginState.Cleaned:
                metrics.Duplicate();
                return GameOutcome.Loaded;
            case BeginState.Late:
                return await HandleLateAsync(beginning.Claim, beginning.Game);
            case BeginState.Running:
                return GameOutcome.Running;
            case BeginState.Quarantined:
                return GameOutcome.Quarantined;
            default:
                return GameOutcome.Waiting;
        }
    }

    private async Task<GameOutcome> LoadAsync(Claim claim, FoundGame? found, AttemptContext how, GameAdmission.AdmittedGame admitted)
    {
        var started = reporter.Claimed(claim);
        if (!Readable(found).IsThere)
        {
            throw new UnprocessableGameException("its keys left Redis before it was loaded");
        }

        var game = await extractor.ExtractAsync(claim.Token, found!);
        admitted.ReleasePage();
        var tables = GameTransform.ToTables(game);
        using (metrics.Begin("load"))
        {
            reporter.Written(await loader.LoadAsync(tables, game.OriginUnder(claim.ClaimedBy, claim.ClaimedAt), again: claim.IsResumed));
        }

        if (Cleans)
        {
            await archive.StoreAsync(claim, game.Users, game.Attacks);
        }

        using (metrics.Begin("end"))
        {
            if (!await ledger.LoadedAsync(claim, game, tables))
            {
                reporter.Lost(claim);
                return GameOutcome.Waiting;
            }
        }

        reporter.Loaded(claim, game, how.IsSwept, started);
        return GameOutcome.Loaded;
    }

    // It was loaded while cleaning was off, or by a silo of a release that cleaned in a step of its own.
    private async Task<GameOutcome> CleanAsync(Claim claim, FoundGame? found)
    {
        metrics.Duplicate();
        if (Cleans)
        {
            var users = found?.ReadUsers() ?? [];
            await archive.StoreAsync(claim, users, found?.LogLength ?? 0);
            await ledger.CleanedAsync(claim, found?.Wanted, users);
        }

        return GameOutcome.Loaded;
    }

    // A player attacked after the game was loaded and cleaned, and the original server writes down even that.
    private async Task<GameOutcome> HandleLateAsync(Claim claim, FoundGame? found)
    {
        metrics.Duplicate();
        if (Cleans && await ledger.LateAsync(claim, found?.Wanted, found?.ReadUsers() ?? []))
        {
            reporter.Late(claim.Token, found?.LogLength ?? 0);
        }

        return GameOutcome.Loaded;
    }

    private async Task<GameOutcome> HandleTimedOutAsync(Claim claim, FoundGame found, AttemptContext how)
    {
        var users = found.ReadUsers();
        if (!Cleans)
        {
            return GameOutcome.TimedOut;
        }

        if (!how.HaveLeft(users))
        {
            return GameOutcome.Leaving;
        }

        if (await ledger.TimedOutAsync(claim, found.Wanted, users))
        {
            reporter.TimedOut(claim.Token, users.Count, how.IsSwept);
        }

        return GameOutcome.TimedOut;
    }

    // Redis has no such game, or no more than leftovers of it.
    private async Task<GameOutcome> HandleUnknownAsync(Claim claim, FoundGame found, AttemptContext how)
    {
        if (how.IsSwept && Cleans)
        {
            if (found.LogLength > 0)
            {
                throw new UnprocessableGameException("its status left Redis and its log did not");
            }

            await ledger.UnknownAsync(claim, found.Wanted, found.ReadUsers());
        }

        return GameOutcome.Unknown;
    }

    private async Task<GameOutcome> FailAsync(Claim claim, Exception exception, AttemptContext how)
    {
        reporter.Failed(claim.Token, exception);
        if (claim.Attempt <= 0)
        {
            return GameOutcome.Failed;
        }

        try
        {
            var outcome = await ledger.FailedAsync(claim, exception.Reason(), own: exception.Unexpected() is not null);
            if (outcome == GameOutcome.Quarantined)
            {
                reporter.Quarantined(claim.Token, new UnprocessableGameException(exception.Reason()), how.IsSwept);
            }

            return outcome;
        }
        catch (Exception ending) when (ending.Unexpected() is null)
        {
            // The claim stays as it is, and this silo may go on from it.
            return GameOutcome.Failed;
        }
    }

    private static FoundGame Readable(FoundGame? found) => found ?? throw new UnprocessableGameException("a key of the game has the wrong type");
}
