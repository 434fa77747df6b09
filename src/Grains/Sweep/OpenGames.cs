using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Quarantine;
using Superhero.Redis;

namespace Superhero.Grains.Sweep;

/// <summary>The simulator's own index of the games that are open.</summary>
public sealed class OpenGames(IConnectionMultiplexer redis)
{
    private const int PageSize = 500;

    /// <summary>Goes through the games of the index, a page at a time. What else stands in the index is passed over. A game may
    /// come twice.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async IAsyncEnumerable<IReadOnlyList<OpenGame>> PagesAsync()
    {
        var database = redis.GetDatabase();
        await foreach (var page in TokensAsync(database).Chunk(PageSize))
        {
            var quarantined = database.HashGetAsync(QuarantineStore.Key, [.. page.Select(token => (RedisValue)new GameKeys(token).Token)])
                .OrIfWrongTypeAsync([]);
            var statuses = await database.StringGetAsync([.. page.Select(token => new GameKeys(token).Status)]);
            var entries = await quarantined;
            yield return [.. page.Select((token, i) => new OpenGame(token, (string?)statuses[i], entries.Length > 0 && !entries[i].IsNull))];
        }
    }

    private static async IAsyncEnumerable<Guid> TokensAsync(IDatabase database)
    {
        await foreach (var entry in database.SortedSetScanAsync(GameKeys.Games, pageSize: PageSize))
        {
            if (GameToken.TryParse(entry.Element, out var token))
            {
                yield return token;
            }
        }
    }
}

/// <summary>A game in the simulator's index.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Status">Its status; null where it has none, or its key is no string.</param>
/// <param name="IsQuarantined">Whether it is in quarantine.</param>
public readonly record struct OpenGame(Guid Token, string? Status, bool IsQuarantined)
{
    /// <summary>Whether there is anything to be done for it.</summary>
    public bool IsFinished => !IsQuarantined && Status is GameStatus.Completed or GameStatus.TimedOut;

    /// <summary>Whether it has no status: its server died, or has yet to write it.</summary>
    public bool IsWithoutStatus => !IsQuarantined && Status is null;
}
