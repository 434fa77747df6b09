using System.CommandLine;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Quarantine;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the quarantine: list, show, replay and drop.</summary>
internal static class QuarantineCommand
{
    public static Command Create(CommandContext context)
    {
        var list = new Command("list", "Lists the games in quarantine, the oldest first.");
        list.SetAction((_, cancellationToken) => WithRedisAsync(context, (redis, _) => ListAsync(context, new QuarantineStore(redis)), cancellationToken));

        var shown = TokenArgument.Create();
        var show = new Command("show", "Shows why a game is in quarantine.") { shown };
        show.SetAction((arguments, cancellationToken) =>
            WithRedisAsync(context, (redis, _) => ShowAsync(context, new QuarantineStore(redis), arguments.GetRequiredValue(shown)!.Value), cancellationToken));

        var replay = new Command("replay", "Does a game again, when what was wrong with it is mended. A silo must be up.");
        var (replayed, _) = replay.AddOneOrAll("Replay every game in quarantine.");
        replay.SetAction((arguments, cancellationToken) => WithRedisAsync(
            context, (redis, stopping) => ReplayAsync(context, redis, arguments.GetValue(replayed), stopping), cancellationToken));

        var drop = new Command("drop", "Deletes a game from Redis for good, with all its keys, which it names; it keeps them in ARCHIVE_DIR first, if that is set.");
        var (dropped, _) = drop.AddOneOrAll("Drop every game in quarantine.");
        drop.SetAction((arguments, cancellationToken) => WithRedisAsync(
            context, (redis, stopping) => new QuarantineDrop(context, redis).RunAsync(arguments.GetValue(dropped), stopping), cancellationToken));

        return new Command("quarantine", "Games that can't be processed: all their keys are kept until they are replayed or dropped.")
        {
            list, show, replay, drop,
        };
    }

    private static async Task<int> ListAsync(CommandContext context, QuarantineStore store)
    {
        var games = await store.AllAsync();
        foreach (var game in games)
        {
            context.Out.WriteLine($"{game.Token}  {Terminal.Time(game.At)}  {Terminal.StripControlCharacters(game.Reason)}");
        }

        context.Out.WriteLine(games.Count == 1 ? "1 game is in quarantine." : $"{games.Count} games are in quarantine.");
        return 0;
    }

    private static async Task<int> ShowAsync(CommandContext context, QuarantineStore store, Guid token)
    {
        if (await store.FindAsync(token) is not { } game)
        {
            await context.Error.WriteLineAsync($"Game {token} is not in quarantine.");
            return 1;
        }

        context.Out.WriteLine($"game    {game.Token}");
        context.Out.WriteLine($"since   {Terminal.Time(game.At)}");
        context.Out.WriteLine($"silo    {Terminal.StripControlCharacters(game.Silo)}");
        context.Out.WriteLine($"reason  {Terminal.StripControlCharacters(game.Reason)}");
        if (game.Line is not null)
        {
            context.Out.WriteLine($"line    {Terminal.StripControlCharacters(game.Line)}");
        }

        return 0;
    }

    private static async Task<int> ReplayAsync(CommandContext context, IConnectionMultiplexer redis, Guid? token, CancellationToken cancellationToken)
    {
        Guid[] games = token is { } one ? [one] : [.. (await new QuarantineStore(redis).AllAsync()).Select(game => game.Token)];
        var (replayed, quarantined) = (0, 0);
        await using var client = await ClusterClient.ConnectAsync(context, redis, cancellationToken);
        foreach (var game in games)
        {
            try
            {
                var outcome = await client.Grains.GetGrain<IGameGrain>(game).Replay();
                replayed += outcome is GameOutcome.Loaded or GameOutcome.TimedOut ? 1 : 0;
                quarantined += outcome == GameOutcome.Quarantined ? 1 : 0;
                context.Out.WriteLine(outcome switch
                {
                    GameOutcome.Failed => $"{game}  failed; the silos retry it",
                    GameOutcome.Deferred => $"{game}  Deferred: its silo takes no game now; try again",
                    _ => $"{game}  {outcome}",
                });
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                context.Out.WriteLine($"{game}  failed: {Terminal.StripControlCharacters(exception.Message)}");
            }
        }

        var failed = games.Length - replayed - quarantined;
        context.Out.WriteLine($"{replayed} replayed, {quarantined} still in quarantine{(failed > 0 ? $", {failed} not yet done" : "")}.");
        return replayed == games.Length ? 0 : 1;
    }

    private static async Task<int> WithRedisAsync(
        CommandContext context, Func<IConnectionMultiplexer, CancellationToken, Task<int>> act, CancellationToken cancellationToken)
    {
        var options = context.Redis;
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration());
            return await act(redis, cancellationToken);
        }
        catch (RedisException exception)
        {
            throw new IOException($"Redis at {options} can't be reached: {(exception.InnerException ?? exception).Message}");
        }
    }
}
