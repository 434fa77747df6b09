using StackExchange.Redis;
using Superhero.Grains.Extract;
using Superhero.Grains.Transform;
using Superhero.Redis;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The barest way to do a game: read its keys, rank, write the two files, and delete its keys. No claim, no record,
/// no second look, and no thread but the caller's.</summary>
internal static class BareGame
{
    private const string ReadScript =
        """
        local users = redis.call('SMEMBERS', KEYS[1])
        local heroes = {}
        for i, user in ipairs(users) do heroes[i] = redis.call('HGET', ARGV[1] .. user, 'id') end
        return {redis.call('GET', KEYS[2]), users, heroes, redis.call('LRANGE', KEYS[3], 0, -1)}
        """;

    private const string CleanScript =
        """
        redis.call('ZREM', KEYS[1], ARGV[1])
        redis.call('LREM', KEYS[2], 0, ARGV[1])
        for i = 3, #KEYS do redis.call('DEL', KEYS[i]) end
        """;

    /// <summary>Does a game; nothing where it is done and cleaned already.</summary>
    public static void Do(IDatabase redis, LocalOutputStore folder, Guid token, string host, bool clean)
    {
        var keys = new GameKeys(token);
        var answer = (RedisResult[])redis.ScriptEvaluate(ReadScript, [keys.Participants, keys.Wanted, keys.Logs], [keys.HeroPrefix])!;
        var (wanted, users, lines) = ((string?)answer[0], (string[])answer[1]!, (RedisValue[])answer[3]!);
        if (lines.Length == 0)
        {
            return;
        }

        var heroes = users.Zip((string[])answer[2]!).ToDictionary(hero => hero.First, hero => hero.Second, StringComparer.Ordinal);
        var tally = new AttackTally(users);
        foreach (var line in lines)
        {
            tally.Add(AttackLog.Parse(line, token));
        }

        var tables = GameTransform.ToTables(new ExtractedGame(token, wanted, tally.Fighters, heroes, tally.Attacks));
        var (file, origin) = (new GameFile(token, host), new GameOrigin(host, Time(lines[0]), Time(lines[^1]), DateTimeOffset.UtcNow));
        Wait(folder.WriteAsync(file.PathIn(TableSchema.Meta), GameParquet.Meta(tables, origin)));
        Wait(folder.WriteAsync(file.PathIn(TableSchema.Podium), GameParquet.Podium(tables, origin)));
        if (clean)
        {
            redis.ScriptEvaluate(
                CleanScript, [GameKeys.Games, GameKeys.Players(wanted!), keys.Logs, .. keys.AllButLogs(users)], [keys.Token]);
        }
    }

    private static DateTimeOffset Time(RedisValue line) => AttackLog.Time(line) ?? default;

    // What goes to a disk is done when it is back.
    private static void Wait(Task written) => written.GetAwaiter().GetResult();
}
