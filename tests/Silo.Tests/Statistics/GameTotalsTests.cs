using Superhero.Grains.Journal;
using Superhero.Silo.Statistics;

namespace Superhero.Silo.Tests.Statistics;

public class GameTotalsTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 30, TimeSpan.Zero);

    private readonly GameTotals _totals = new();

    [Fact]
    public void Heroes_have_their_wins_games_and_damage()
    {
        _totals.Add(Game(Now, (3, 1, 90), (7, 2, 10)));
        _totals.Add(Game(Now, (7, 1, 5), (3, 2, ulong.MaxValue)));
        _totals.Add(Game(Now, (3, 1, ulong.MaxValue), (9, 2, 0)));
        Assert.Equal(
            [new HeroTotals(3, 3, 2, 90 + (2m * ulong.MaxValue)), new HeroTotals(7, 2, 1, 15), new HeroTotals(9, 1, 0, 0)], _totals.Heroes);
    }

    [Fact]
    public void What_is_said_twice_counts_once()
    {
        var game = Game(Now, (3, 1, 90));
        var timedOut = new JournalEntry(Guid.NewGuid(), GameEvent.TimedOut, Now, "silo");
        foreach (var entry in new[] { game, game with { Silo = "another" }, timedOut, timedOut })
        {
            _totals.Add(entry);
        }

        Assert.Equal((1, 1, 0), (_totals.Loaded, _totals.TimedOut, _totals.Resumed));
        Assert.Equal(game, Assert.Single(_totals.LatestGames));
        Assert.Equal(1, Assert.Single(_totals.Heroes).Games);
    }

    [Fact]
    public void The_last_hour_is_counted_by_the_minute()
    {
        foreach (var ago in new[] { 0, 0, 1, 59, 60, 500 })
        {
            _totals.Add(Game(Now.AddMinutes(-ago), (1, 1, 1)));
        }

        var minutes = _totals.PerMinute(Now);
        Assert.Equal((60, 1, 1, 2, 4), (minutes.Count, minutes[0], minutes[58], minutes[59], minutes.Sum()));
        Assert.Equal(0, _totals.PerMinute(Now.AddHours(2)).Sum());
    }

    [Fact]
    public void The_newest_games_are_kept_whatever_their_order()
    {
        var games = Enumerable.Range(0, 30).Select(i => Game(Now.AddSeconds(i), (1, 1, 1))).ToList();
        foreach (var game in games.OrderBy(game => game.Token))
        {
            _totals.Add(game);
        }

        Assert.Equal(games.TakeLast(20).Reverse(), _totals.LatestGames);
    }

    private static JournalEntry Game(DateTimeOffset at, params (ushort Hero, byte Rank, ulong Sent)[] rows) =>
        new(Guid.NewGuid(), GameEvent.Loaded, at, "silo")
        {
            LoadRecord = new LoadRecord("silo", at, 1, [], [.. rows.Select(row => new LoadRecordRow($"{row.Hero}", row.Hero, row.Rank, 1, 0, row.Sent))]),
        };
}
