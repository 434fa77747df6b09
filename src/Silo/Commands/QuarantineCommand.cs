using System.CommandLine;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Quarantine;

namespace Superhero.Silo.Commands;

/// <summary>The command line of the quarantine: list, show and replay.</summary>
internal static class QuarantineCommand
{
    public static Command Create()
    {
        var list = new Command("list", "Lists the games in quarantine, the oldest first.");
        list.SetAction((_, cancellationToken) => WithRedisAsync((redis, _) => ListAsync(new QuarantineStore(redis)), cancellationToken));

        var shown = TokenArgument.Create();
        var show = new Command("show", "Shows why a game is in quarantine.") { shown };
        show.SetAction((arguments, cancellationToken) =>
            WithRedisAsync((redis, _) => ShowAsync(new QuarantineStore(redis), arguments.GetRequiredValue(shown)!.Value), cancellationToken));

        var replay = new Command("replay", "Does a game again, when what was wrong with it is mended. A silo must be up.");
        var (replayed, _) = replay.AddOneOrAll("Replay every game in quarantine.");
        replay.SetAction((arguments, cancellationToken) => WithRedisAsync(
            (redis, stopping) => ReplayAsync(redis, arguments.GetValue(replayed), stopping), cancellationToken));

        return new Command("quarantine", "Games that can't be processed: all their keys are kept until they are replayed.")
        {
            list, show, replay,
        };
    }

    private static async Task<int> ListAsync(QuarantineStore store)
    {
        var games = await store.AllAsync();
        foreach (var game in games)
        {
            Console.WriteLine($"{game.Token}  {Terminal.Time(game.At)}  {Terminal.StripControlCharacters(game.Reason)}");
        }

        Console.WriteLine(games.Count == 1 ? "1 game is in quarantine." : $"{games.Count} games are in quarantine.");
        return 0;
    }

    private static async Task<int> ShowAsync(QuarantineStore store, Guid token)
    {
        if (await store.FindAsync(token) is not { } game)
        {
            await Console.Error.WriteLineAsync($"Game {token} is not in quarantine.");
            return 1;
        }

        Console.WriteLine($"game    {game.Token}");
        Console.WriteLine($"since   {Terminal.Time(game.At)}");
        Console.WriteLine($"silo    {Terminal.StripControlCharacters(game.Silo)}");
        Console.WriteLine($"reason  {Terminal.StripControlCharacters(game.Reason)}");
        if (game.Line is not null)
        {
            Console.WriteLine($"line    {Terminal.StripControlCharacters(game.Line)}");
        }

        return 0;
    }

    private static async Task<int> ReplayAsync(IConnectionMultiplexer redis, Guid? token, CancellationToken cancellationToken)
    {
        Guid[] games = token is { } one ? [one] : [.. (await new QuarantineStore(redis).AllAsync()).Select(game => game.Token)];
        var (replayed, quarantined) = (0, 0);
        await using var client = await ClusterClient.ConnectAsync(redis, cancellationToken);
        foreach (var game in games)
        {
            try
            {
                var outcome = await client.Grains.GetGrain<IGameGrain>(game).Replay();
                replayed += outcome is GameOutcome.Loaded or GameOutcome.TimedOut ? 1 : 0;
                quarantined += outcome == GameOutcome.Quarantined ? 1 : 0;
                Console.WriteLine(outcome switch
                {
                    GameOutcome.Failed => $"{game}  failed, and is tried again",
                    GameOutcome.Deferred => $"{game}  Deferred: its silo takes no game now; try again",
                    _ => $"{game}  {outcome}",
                });
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Console.WriteLine($"{game}  failed: {Terminal.StripControlCharacters(exception.Message)}");
            }
        }

        var failed = games.Length - replayed - quarantined;
        Console.WriteLine($"{replayed} replayed, {quarantined} still in quarantine{(failed > 0 ? $", {failed} not yet done" : "")}.");
        return replayed == games.Length ? 0 : 1;
    }

    private static async Task<int> WithRedisAsync(
        Func<IConnectionMultiplexer, CancellationToken, Task<int>> act, CancellationToken cancellationToken)
    {
        var options = CommandServices.Redis;
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
