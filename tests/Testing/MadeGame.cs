using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>A small game, made up: one participant has killed the other.</summary>
public sealed class MadeGame(IDatabase redis)
{
    public const string User = "f0b0a1c2-0000-4000-8000-000000000001";
    public const string Enemy = "f0b0a1c2-0000-4000-8000-000000000002";

    public Guid Token { get; } = Guid.NewGuid();

    public GameKeys Keys => new(Token);

    /// <summary>The line of its log.</summary>
    public string Line =>
        $$"""{"PAYLOAD": {"GAME_TOKEN": "{{Token}}", "USER_TOKEN": "{{User}}"}, "STATUS": {"ACTION": "ATTACK", "DETAILS": {"ENEMY_TOKEN": "{{Enemy}}", "ENEMY_DAMAGE": 5, "ENEMY_HEALTH_PRIOR": 5, "ENEMY_HEALTH_POST": 0} } }""";

    /// <summary>The rows that it becomes.</summary>
    public IEnumerable<ExpectedRow> Rows =>
    [
        new ExpectedRow(Keys.Token, User, 1, 1, 0, 5, 1),
        new ExpectedRow(Keys.Token, Enemy, 2, 0, 5, 0, 2),
    ];

    /// <summary>All keys that a game has, the log last.</summary>
    public RedisKey[] AllKeys =>
    [
        Keys.Status, Keys.Wanted, Keys.Host, Keys.Order, Keys.Participants, Keys.TakenHeros, Keys.Hero(User), Keys.Hero(Enemy), Keys.Logs,
    ];

    /// <summary>Puts it into Redis atomically, so that no sweep finds it half-made.</summary>
    public async Task<MadeGame> PutAsync(string status = GameStatus.Completed)
    {
        var tries = 0;
        await Eventually.HoldsAsync(() => TryPutAsync(status, again: tries++ > 0), () => $"Redis to take game {Token}");
        return this;
    }

    private Task<bool> TryPutAsync(string status, bool again)
    {
        var making = redis.CreateTransaction();
        if (again)
        {
            // A connection that broke may have lost no more than the answer.
            _ = making.KeyDeleteAsync([Keys.Order, Keys.Logs]);
            _ = making.ListRemoveAsync(GameKeys.Players("2"), Keys.Token);
        }

        _ = making.StringSetAsync(Keys.Wanted, "2");
        _ = making.StringSetAsync(Keys.Host, User);
        _ = making.ListRightPushAsync(Keys.Order, User);
        _ = making.SetAddAsync(Keys.Participants, [User, Enemy]);
        _ = making.SetAddAsync(Keys.TakenHeros, [1, 2]);
        _ = making.HashSetAsync(Keys.Hero(User), [new("id", 1), new("attack", 5), new("health", 5)]);
        _ = making.HashSetAsync(Keys.Hero(Enemy), [new("id", 2), new("attack", 5), new("health", 0)]);
        _ = making.ListRightPushAsync(Keys.Logs, Line);
        _ = making.ListRightPushAsync(GameKeys.Players("2"), Keys.Token);
        _ = making.StringSetAsync(Keys.Status, status);
        _ = making.SortedSetAddAsync(GameKeys.Games, Keys.Token, 2);
        return making.ExecuteAsync();
    }

    /// <summary>Whether all its keys are there and none is about to go.</summary>
    public async Task<bool> IsUntouchedAsync() =>
        (await Task.WhenAll(AllKeys.Select(async key =>
            await redis.KeyExistsAsync(key) && await redis.KeyTimeToLiveAsync(key) is null))).All(untouched => untouched)
        && await redis.SortedSetScoreAsync(GameKeys.Games, Keys.Token) is not null
        && (await redis.ListRangeAsync(GameKeys.Players("2"))).Contains(Keys.Token);
}
