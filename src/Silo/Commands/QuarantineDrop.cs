using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Games;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Redis;

namespace Superhero.Silo.Commands;

/// <summary>Drops games from quarantine together with all their keys.</summary>
/// <param name="context">The surroundings.</param>
/// <param name="redis">The connection to Redis.</param>
internal sealed class QuarantineDrop(CommandContext context, IConnectionMultiplexer redis)
{
    private readonly QuarantineStore _store = new(redis);
    private readonly DroppedGames _archive = new(
        redis, Options.Create(context.Options<ArchiveOptions>()), context.Stores, SteadyClock.Instance);

    private readonly GameLedger _ledger = new(
        redis, new Nobody(), Options.Create(context.Options<GameOptions>()), Options.Create(new LedgerOptions()));

    /// <summary>Drops a game, or all.</summary>
    /// <returns>The exit code: 1 if a game could not be dropped.</returns>
    public async Task<int> RunAsync(Guid? token, CancellationToken cancellationToken)
    {
        IReadOnlyList<Guid> games = token is { } one ? [one] : await _store.TokensAsync();
        var dropped = 0;
        foreach (var game in games)
        {
            cancellationToken.ThrowIfCancellationRequested();
            dropped += await DropAsync(game) ? 1 : 0;
        }

        context.Out.WriteLine($"{dropped} dropped, {games.Count - dropped} not.");
        return dropped == games.Count ? 0 : 1;
    }

    private async Task<bool> DropAsync(Guid token)
    {
        if (!await _store.HasAsync(token))
        {
            context.Out.WriteLine($"{token}  is not in quarantine");
            return false;
        }

        context.Out.WriteLine($"{token}  {Terminal.StripControlCharacters((await _store.FindAsync(token))?.Reason ?? "its entry can't be read")}");
        var found = await QuarantinedKeys.FindAsync(redis.GetDatabase(), token);
        foreach (var key in found.Keys)
        {
            context.Out.WriteLine($"  deletes  {Terminal.StripControlCharacters($"{key}")}");
        }

        if (await _archive.StoreAsync(token, found) is { } file)
        {
            context.Out.WriteLine($"  archived in {Terminal.StripControlCharacters(file)}");
        }

        if (await _ledger.DroppedAsync(token, found.Wanted, found.Users))
        {
            return true;
        }

        context.Out.WriteLine($"{token}  left quarantine meanwhile, and is not dropped");
        return false;
    }

    // A command makes no attempts.
    private sealed class Nobody : ISiloLiveness
    {
        public string Self => "";

        public bool IsDead(string silo) => false;
    }
}
