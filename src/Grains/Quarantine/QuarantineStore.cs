using System.Text.Json;
using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Redis;

namespace Superhero.Grains.Quarantine;

/// <summary>The list of the games in quarantine: a hash in Redis, game_token to its reason. The ledger puts a game
/// there and takes it off in the moment in which its record says so.</summary>
public sealed class QuarantineStore(IConnectionMultiplexer redis)
{
    /// <summary>Its key.</summary>
    public static readonly RedisKey Key = "superhero/quarantine";

    private IDatabase Database => redis.GetDatabase();

    /// <summary>The game's entry; null where it is not in quarantine.</summary>
    public async Task<QuarantinedGame?> FindAsync(Guid token) => Read(await Database.HashGetAsync(Key, new GameKeys(token).Token));

    /// <summary>Whether the game is in quarantine, also with an entry that can't be read.</summary>
    public Task<bool> HasAsync(Guid token) => Database.HashExistsAsync(Key, new GameKeys(token).Token);

    /// <summary>The tokens of all games in quarantine, also of those whose entry can't be read.</summary>
    public async Task<IReadOnlyList<Guid>> TokensAsync() =>
        [.. (await Database.HashKeysAsync(Key)).Select(name => GameToken.TryParse(name, out var token) ? token : (Guid?)null).OfType<Guid>().Order()];

    /// <summary>All games in quarantine, the oldest first.</summary>
    public async Task<IReadOnlyList<QuarantinedGame>> AllAsync() =>
        [.. (await Database.HashValuesAsync(Key)).Select(Read).OfType<QuarantinedGame>().OrderBy(game => game.At).ThenBy(game => game.Token)];

    /// <summary>The game that an entry is of; null where there is none, or it can't be read.</summary>
    public static QuarantinedGame? Read(RedisValue entry)
    {
        try
        {
            return !entry.IsNull && JsonSerializer.Deserialize<QuarantinedGame>(((ReadOnlyMemory<byte>)entry).Span) is { Reason: not null, Silo: not null } game
                ? game
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
