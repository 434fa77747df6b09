using StackExchange.Redis;
using Superhero.Grains.Interfaces;
using Superhero.Redis;

namespace Superhero.Grains.Sweep;

/// <summary>Removes entries without an open game from the lists in which players look for a lobby. It walks through the lists in steps
/// of a bounded size, and removes only entries that had no game one step earlier either.</summary>
public sealed class OrphanedLobbies(IConnectionMultiplexer redis)
{
    private const int PageSize = 1000;
    private const int PagesPerStep = 10;

    // Moves a page from the beginning of the list to its end and leaves out what has no game. So a page costs the same wherever
    // such entries are. A list that is no longer than a step keeps its order, since it is turned once round.
    // KEYS: the list, the index. ARGV: the length of the page, then the entries that had no game one step earlier.
    private const string TurnScript =
        """
        local lost, kept = {}, {}
        for i = 2, #ARGV do lost[ARGV[i]] = not redis.call('ZSCORE', KEYS[2], ARGV[i]) end
        for _, entry in ipairs(redis.call('LPOP', KEYS[1], ARGV[1]) or {}) do
            if not lost[entry] then kept[#kept + 1] = entry end
        end
        if #kept > 0 then redis.call('RPUSH', KEYS[1], unpack(kept)) end
        """;

    private readonly Queue<string> _lists = [];
    private readonly List<Page> _pages = [];
    private string? _list;
    private long _left;

    private IDatabase Database => redis.GetDatabase();

    /// <summary>Adds a list to those that wait for a walk.</summary>
    public void Add(string list)
    {
        if (list != _list && !_lists.Contains(list))
        {
            _lists.Enqueue(list);
        }
    }

    /// <summary>Removes what the last step found, and inspects the next pages.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public async Task StepAsync()
    {
        if (_list is not null)
        {
            await TurnAsync(_list);
        }

        if (_left <= 0)
        {
            _list = _lists.TryDequeue(out var next) ? next : null;
            _left = _list is null ? 0 : await Database.ListLengthAsync(_list).OrIfWrongTypeAsync(0);
        }

        if (_left > 0)
        {
            _pages.AddRange(await Task.WhenAll(Enumerable.Range(0, PagesPerStep).Select(page => InspectAsync(_list!, page * PageSize))));
        }
    }

    private async Task TurnAsync(string list)
    {
        Page[] pages = [.. _pages];
        _pages.Clear();
        var length = pages.Sum(page => page.Length);
        if (length < _left || pages.Any(page => page.Lost.Length > 0))
        {
            await Task.WhenAll(pages.Where(page => page.Length > 0).Select(page =>
                Database.ScriptEvaluateAsync(TurnScript, [list, GameKeys.Games], [page.Length, .. page.Lost])));
        }

        _left = length == 0 ? 0 : _left - length;
    }

    private async Task<Page> InspectAsync(string list, int start)
    {
        var entries = await Database.ListRangeAsync(list, start, start + PageSize - 1).OrIfWrongTypeAsync([]);
        if (entries.Length == 0)
        {
            return new Page(0, []);
        }

        var scores = await Database.SortedSetScoresAsync(GameKeys.Games, entries);
        return new Page(entries.Length, [.. entries.Where((entry, i) => scores[i] is null && GameToken.TryParse(entry, out _))]);
    }

    // The length of a page, and its entries without a game.
    private readonly record struct Page(int Length, RedisValue[] Lost);
}
