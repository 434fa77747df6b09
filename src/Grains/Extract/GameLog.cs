using StackExchange.Redis;
using Superhero.Grains.Ledger;
using Superhero.Redis;

namespace Superhero.Grains.Extract;

/// <summary>Reads the log of a completed game page by page. The log no longer changes, but another attempt may clean it.</summary>
public static class GameLog
{
    private const int FirstPage = 1000;

    /// <summary>Reads it. A page has no more lines and, by and large, no more bytes than the options allow.</summary>
    /// <param name="redis">Redis.</param>
    /// <param name="token">The game's token.</param>
    /// <param name="length">How many lines it has.</param>
    /// <param name="options">How large a page is.</param>
    /// <param name="first">Its first lines, if they are read already.</param>
    /// <exception cref="IOException">The log left Redis meanwhile.</exception>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public static async IAsyncEnumerable<IReadOnlyList<RedisValue>> PagesAsync(
        IDatabase redis, Guid token, long length, LedgerOptions options, IReadOnlyList<RedisValue>? first = null)
    {
        var key = new GameKeys(token).Logs;
        var page = first ?? [];
        var (read, bytes) = (0L, 0L);
        while (true)
        {
            read += page.Count;
            bytes += page.Sum(line => line.Length());
            if (page.Count > 0)
            {
                yield return page;
            }

            if (read >= length)
            {
                yield break;
            }

            // The lines so far tell how long the next ones will be.
            var count = read == 0 ? FirstPage : (int)Math.Clamp(options.PageBytes * read / Math.Max(bytes, 1), 1, options.PageLength);
            page = await redis.ListRangeAsync(key, read, read + Math.Min(count, options.PageLength) - 1);
            if (page.Count == 0)
            {
                throw new IOException("The game's log left Redis while it was read.");
            }
        }
    }
}
