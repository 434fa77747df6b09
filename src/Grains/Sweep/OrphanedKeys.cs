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
public sealed class OrphanedKeys(IConnectionMultiplexer redis, OrphanedLobbies lobbies, IOptions<GameOptions> options)
{
    private const int StepSize = 1000;

    // KEYS: the stray key, the game's status, its log, its record, the index. ARGV: game_token, seconds.
    private const string ExpireScript =
        """
        if redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4]) > 0 or redis.call('ZSCORE', KEYS[5], ARGV[1]) then return 0 end
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    private HashSet<Guid> _previousScan = [];
    private HashSet<Guid> _currentScan = [];
    private string _cursor = "0";

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Goes one step further, and lets orphaned keys expire.</summary>
    /// <returns>The games of which more is left than that: their grains must decide.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<IReadOnlySet<Guid>> StepAsync()
    {
        var answer = (RedisResult[])(await Database.ExecuteAsync("SCAN", _cursor, "COUNT", StepSize))!;
        HashSet<Guid> undecided = [];
        List<(string Key, Guid Game)> found = [];
        foreach (var key in (string[])answer[1]!)
        {
            if (GameKeys.IsPlayers(key))
            {
                lobbies.Add(key);
            }
            else if (GameToken.TryParse(GameKeys.TokenIn(key) ?? RecordKey.TokenIn(key), out var token))
            {
                found.Add((key, token));
            }
        }

        await InspectAsync(found, undecided);
        await lobbies.StepAsync();
        if ((_cursor = (string)answer[0]!) == "0")
        {
            (_previousScan, _currentScan) = (_currentScan, []);
        }

        return undecided;
    }

    private async Task InspectAsync(List<(string Key, Guid Game)> keys, HashSet<Guid> undecided)
    {
        if (keys.Count == 0)
        {
            return;
        }

        var scores = Database.SortedSetScoresAsync(GameKeys.Games, [.. keys.Select(key => (RedisValue)new GameKeys(key.Game).Token)]);
        var times = keys.Select(key => Database.KeyTimeToLiveAsync(key.Key)).ToList();
        var inIndex = await scores;
        var left = await Task.WhenAll(times);
        var orphans = keys.Where((key, i) => inIndex[i] is null && left[i] is null).ToList();
        _currentScan.UnionWith(orphans.Select(key => key.Game));
        await Task.WhenAll(orphans.Where(key => _previousScan.Contains(key.Game)).Select(key => ExpireAsync(key.Key, key.Game, undecided)));
    }

    private async Task ExpireAsync(string key, Guid token, HashSet<Guid> undecided)
    {
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
}
