using System.Globalization;
using Spectre.Console;
using Superhero.Grains.Statistics;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>What became of a game, from Redis and the tables.</summary>
/// <param name="context">The surroundings.</param>
/// <param name="token">The game's token.</param>
/// <param name="redis">What Redis says of it; null where it can't be reached.</param>
/// <param name="output">Where the tables are.</param>
internal sealed class GameDescription(CommandContext context, Guid token, GameInRedis? redis, IOutputStore output)
{
    /// <summary>Prints it.</summary>
    /// <param name="tables">What the tables have of it.</param>
    /// <param name="heroes">The heroes who are known by name.</param>
    /// <returns>The exit code: 1 where nothing is known of the game, or its files are not as they should be.</returns>
    public int Show(GameInTables tables, IReadOnlyList<Hero> heroes)
    {
        if (redis is not { IsKnown: true } && !tables.IsKnown)
        {
            context.Error.WriteLine($"Nothing is known of game {token} in {output}. A game in work is not yet there.");
            return 1;
        }

        Line("game", $"{token}");
        if (redis is not null)
        {
            PrintRecord(redis.Record);
            PrintOutcome(redis);
        }

        foreach (var line in tables.Lines)
        {
            Line("file", line);
        }

        if (tables.Podium() is { Count: > 0 } podium)
        {
            Print(podium, heroes);
        }
        else if (redis?.Loaded is { } loaded)
        {
            Print(loaded.Podium, heroes);
        }

        return tables.IsSound && (tables.IsWhole || !MustBeWhole) ? 0 : 1;
    }

    // A game that is in work or in quarantine may have one of its files, or none.
    private bool MustBeWhole => redis is { IsLoaded: true } or { IsKnown: false };

    private void PrintRecord(IReadOnlyDictionary<string, string> record)
    {
        if (record.Count > 0)
        {
            Line("stage", record.GetValueOrDefault("stage") ?? "not known; the record is one of another release");
        }

        if (record.TryGetValue("claimed_at", out var claimedAt))
        {
            Line("claimed", $"{TimeIn(claimedAt)} by {record.GetValueOrDefault("claimed_by")}");
        }

        if (record.TryGetValue("attempt", out var attempt))
        {
            Line("attempt", record.TryGetValue("attempted_by", out var silo) ? $"{attempt}, by {silo}" : attempt);
        }

        if (record.TryGetValue("last_error", out var error))
        {
            Line("last error", error);
        }

        if (record.TryGetValue("retry_at", out var retryAt))
        {
            Line("next try", MomentIn(retryAt));
        }
    }

    private void PrintOutcome(GameInRedis redis)
    {
        if (redis.Quarantined is { } quarantined)
        {
            Line("quarantined", $"{Terminal.Time(quarantined.At)} by {quarantined.Silo}: {quarantined.Reason}");
            if (quarantined.Line is { } line)
            {
                Line("line", line);
            }
        }

        if (redis.Loaded is { } loaded)
        {
            if (!redis.Record.ContainsKey("claimed_at"))
            {
                Line("claimed", $"{Terminal.Time(loaded.ClaimedAt)} by {loaded.ClaimedBy}");
            }

            Line("loaded", $"{Terminal.Time(loaded.At)} by {loaded.Silo}, at attempt {loaded.Attempts}");
        }
    }

    private void Print(IEnumerable<PodiumPlace> podium, IReadOnlyList<Hero> heroes)
    {
        var names = heroes.Where(hero => hero.Name.Length > 0).ToLookup(hero => hero.Id, hero => hero.Name);
        var table = new Table { Title = new TableTitle("podium") }.AddColumns("rank", "user_token", "superhero_id", "hero");
        foreach (var number in new[] { "attacks", "damage sent", "damage received" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        foreach (var place in podium)
        {
            table.AddRow(
                $"{place.Rank}", Printable(place.User), $"{place.Hero}", Printable(names[place.Hero].FirstOrDefault() ?? $"{place.Hero}"),
                place.Rounds.ToString("N0", CultureInfo.InvariantCulture),
                place.Sent.ToString("N0", CultureInfo.InvariantCulture),
                place.Received.ToString("N0", CultureInfo.InvariantCulture));
        }

        context.OutConsole.Write(table);
    }

    private static string Printable(string text) => Markup.Escape(Terminal.StripControlCharacters(text));

    private static string TimeIn(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Terminal.Time(time) : text;

    private static string MomentIn(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and <= 253_402_300_799_999
            ? Terminal.Time(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
            : text;

    private void Line(string what, string text) => context.Out.WriteLine($"{what,-12}{Terminal.StripControlCharacters(text)}");
}
