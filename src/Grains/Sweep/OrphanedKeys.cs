using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;

namespace Superhero.Grains.Sweep;

/// <summary>Finds keys that no index leads to: those of games that a crash of the simulator's server, a player's last word
/// after the cleaning, or another cleaner has left behind. It walks through the database without end, in steps of a
/// bounded size, and touches only what it has met twice, a whole walk apart.</summary>
public sealed class OrphanedKeys(IConnectionMultiplexer redis, IOptions<GameOptions> options)
{
    private const int StepSize = 1000;

    // KEYS: the stray key, the game's status, its log, its record, the index. ARGV: game_token, seconds.
    private const string ExpireScript =
        """
        if redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4]) > 0 or redis.call('ZSCORE', KEYS[5], ARGV[1]) then return 0 end
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    private HashSet<string> _previousScan = [];
    private HashSet<string> _currentScan = [];
    private string _cursor = "0";

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Goes one step further, and lets orphaned keys expire.</summary>
    /// <returns>The games of which more is left than that: their grains must decide.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<IReadOnlySet<Guid>> StepAsync()
    {
        var answer = (RedisResult[])(await Database.ExecuteAsync("SCAN", _cursor, "COUNT", StepSize))!;
        var keys = (string[])answer[1]!;
        HashSet<Guid> undecided = [];
        await Task.WhenAll(keys.Select(key =>
            GameKeys.IsPlayers(key) ? InspectLobbiesAsync(key)
            : GameToken.TryParse(GameKeys.TokenIn(key) ?? RecordKey.TokenIn(key), out var token) ? InspectAsync(key, token, undecided)
            : Task.CompletedTask));

        if ((_cursor = (string)answer[0]!) == "0")
        {
            (_previousScan, _currentScan) = (_currentScan, []);
        }

        return undecided;
    }

    private async Task InspectAsync(string key, Guid token, HashSet<Guid> undecided)
    {
        var inIndex = Database.SortedSetScoreAsync(GameKeys.Games, new GameKeys(token).Token);
        var timeToLive = Database.KeyTimeToLiveAsync(key);
        if (await inIndex is not null || await timeToLive is not null || !SeenInPreviousScan(key))
        {
            return;
        }

        var game = new GameKeys(token);
        var expires = (bool)await Database.ScriptEvaluateAsync(
            ExpireScript,
            [key, game.Status, game.Logs, RecordKey.Of(token), GameKeys.Games],
            [game.Token, (long)options.Value.Expiry.TotalSeconds]);
        if (!expires)
        {
            undecided.Add(token);
        }
    }

    private async Task InspectLobbiesAsync(string key)
    {
        // A key of another type holds no lobbies, and must not be met by every pass anew.
        foreach (var lobby in await Database.ListRangeAsync(key).OrIfWrongTypeAsync([]))
        {
            if (GameToken.TryParse(lobby, out _)
                && await Database.SortedSetScoreAsync(GameKeys.Games, lobby) is null
                && SeenInPreviousScan($"{key} {lobby}"))
            {
                await Database.ListRemoveAsync(key, lobby);
            }
        }
    }

    private bool SeenInPreviousScan(string what)
    {
        _currentScan.Add(what);
        return _previousScan.Contains(what);
    }
}
