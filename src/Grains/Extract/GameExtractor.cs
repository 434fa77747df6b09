using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Ledger;
using Superhero.Redis;

namespace Superhero.Grains.Extract;

/// <summary>Extracts a finished game from what was found of it. Most logs are there already; of a long one the rest is read
/// page by page, since it no longer changes.</summary>
public sealed class GameExtractor(IConnectionMultiplexer redis, IOptions<LedgerOptions> options)
{
    private IDatabase Database => redis.GetDatabase();

    /// <summary>Extracts it.</summary>
    /// <exception cref="UnprocessableGameException">A line of its log can't be read, or a key has the wrong type.</exception>
    /// <exception cref="IOException">Its log left Redis meanwhile.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task<ExtractedGame> ExtractAsync(Guid token, FoundGame found)
    {
        var users = found.ReadUsers();
        var tally = new AttackTally(users);
        var (first, last) = (RedisValue.Null, RedisValue.Null);
        await foreach (var page in GameLog.PagesAsync(Database, token, found.LogLength, options.Value, found.TakeFirstLines()))
        {
            foreach (var line in page)
            {
                tally.Add(AttackLog.Parse(line, token));
                (first, last) = (first.IsNull ? line : first, line);
            }
        }

        var fighters = tally.Fighters;
        var heroes = users.Zip(found.HeroIds).Where(hero => hero.Second is not null)
            .ToDictionary(hero => hero.First, hero => hero.Second!, StringComparer.Ordinal);

        // Real games name nobody else in their logs, so that is worth another round trip.
        foreach (var user in fighters.Select(fighter => fighter.User).Except(users, StringComparer.Ordinal))
        {
            if (await ReadHeroAsync(token, user) is { } hero)
            {
                heroes[user] = hero;
            }
        }

        return new ExtractedGame(token, found.Wanted, fighters, heroes, tally.Attacks, Time(first), Time(last));

        static DateTimeOffset? Time(RedisValue line) => line.IsNull ? null : AttackLog.Time(line);
    }

    private async Task<string?> ReadHeroAsync(Guid token, string user)
    {
        try
        {
            return await Database.HashGetAsync(new GameKeys(token).Hero(user), "id");
        }
        catch (RedisServerException exception) when (exception.IsWrongType())
        {
            throw new UnprocessableGameException("a key of the game has the wrong type");
        }
    }
}
