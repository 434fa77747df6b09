using StackExchange.Redis;
using Superhero.Grains.Load;
using Superhero.Grains.Transform;
using Superhero.Redis;
using Superhero.Tables.Output;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The barest way to do a game: read its keys, rank, write the two files, and delete its keys. No claim, no record,
/// no second look.</summary>
internal static class BareLoop
{
    private const string CleanScript =
        """
        redis.call('ZREM', KEYS[1], ARGV[1])
        redis.call('LREM', KEYS[2], 0, ARGV[1])
        for i = 3, #KEYS do redis.call('DEL', KEYS[i]) end
        """;

    public static async Task DoAsync(IConnectionMultiplexer redis, LocalOutputStore folder, Guid token, string host, bool clean)
    {
        var game = await BareGame.ReadAsync(redis, token);
        if (game.Attacks == 0)
        {
            return;
        }

        await new GameLoader(folder).LoadAsync(GameTransform.ToTables(game), host, again: false);
        if (clean)
        {
            var keys = new GameKeys(token);
            await redis.GetDatabase().ScriptEvaluateAsync(
                CleanScript,
                [
                    GameKeys.Games, GameKeys.Players(game.Wanted!), keys.Logs, .. keys.AllButLogs(game.Users),
                ],
                [keys.Token]);
        }
    }
}
