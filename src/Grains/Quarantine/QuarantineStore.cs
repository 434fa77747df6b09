using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Grains.Quarantine;

/// <summary>The list of the games in quarantine: a hash in Redis, game_token to its reason. What keeps a game there is its
/// record; this is for people to read.</summary>
public sealed class QuarantineStore(IConnectionMultiplexer redis)
{
    private static readonly RedisKey Key = "superhero/quarantine";

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Adds a game, or replaces its reason.</summary>
    public Task PutAsync(QuarantinedGame game) =>
        Database.HashSetAsync(Key, new GameKeys(game.Token).Token, JsonSerializer.Serialize(game));

    /// <summary>Takes a game off the list, if it is there.</summary>
    public Task RemoveAsync(Guid token) => Database.HashDeleteAsync(Key, new GameKeys(token).Token);

    /// <summary>The game's entry; null where it is not in quarantine.</summary>
    public async Task<QuarantinedGame?> FindAsync(Guid token) =>
        await Database.HashGetAsync(Key, new GameKeys(token).Token) is { IsNull: false } entry ? Read(entry) : null;

    /// <summary>All games in quarantine, the oldest first.</summary>
    public async Task<IReadOnlyList<QuarantinedGame>> AllAsync() =>
        [.. (await Database.HashValuesAsync(Key)).Select(Read).OrderBy(game => game.At).ThenBy(game => game.Token)];

    private static QuarantinedGame Read(RedisValue entry) => JsonSerializer.Deserialize<QuarantinedGame>((string)entry!)!;
}
