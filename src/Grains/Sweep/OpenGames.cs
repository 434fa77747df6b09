using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Redis;

namespace Superhero.Grains.Sweep;

/// <summary>The simulator's own index of the games that are open.</summary>
public sealed class OpenGames(IConnectionMultiplexer redis)
{
    private const int PageSize = 500;

    /// <summary>Goes through the games of the index, a page at a time, with the status of each; null where a game has
    /// none. What else stands in the index is passed over. A game may come twice.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async IAsyncEnumerable<IReadOnlyList<(Guid Token, string? Status)>> PagesAsync()
    {
        var database = redis.GetDatabase();
        await foreach (var page in TokensAsync(database).Chunk(PageSize))
        {
            var statuses = await database.StringGetAsync([.. page.Select(token => new GameKeys(token).Status)]);
            yield return [.. page.Zip(statuses, (token, status) => (token, (string?)status))];
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
