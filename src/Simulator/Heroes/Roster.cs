using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Simulator.Heroes;

/// <summary>The heroes that bots play.</summary>
/// <param name="Heroes">Hero id to the hero as it stands in Redis: powerstats as numbers, with health and attack.</param>
public sealed record Roster(IReadOnlyDictionary<string, JsonObject> Heroes)
{
    private static readonly string[] Stats = ["intelligence", "strength", "speed", "durability", "power", "combat"];

    /// <summary>The roster that the project ships: heroes of its own, with ids from 1 without a gap.</summary>
    public static Roster Own()
    {
        using var stream = typeof(Roster).Assembly.GetManifestResourceStream("roster.json")!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    /// <summary>Reads a roster in the Super Hero API's format: an array of heroes.</summary>
    /// <exception cref="RosterException">It is not such a roster.</exception>
    public static Roster Parse(string json)
    {
        try
        {
            var heroes = JsonNode.Parse(json) as JsonArray ?? throw new RosterException("A roster is a JSON array of heroes.");
            return new Roster(heroes.Select(hero => Prepare(hero!.AsObject().DeepClone().AsObject())).ToDictionary());
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            throw new RosterException($"The roster can't be read: {exception.Message}");
        }
    }

    /// <summary>Puts the heroes into Redis in place of those that are there.</summary>
    /// <param name="redis">Where to put them.</param>
    /// <param name="flush">Whether to empty the database first.</param>
    public async Task StoreAsync(IConnectionMultiplexer redis, bool flush = false)
    {
        var database = redis.GetDatabase();
        if (flush)
        {
            await database.ExecuteAsync("FLUSHDB");
        }

        await database.KeyDeleteAsync(GameKeys.Superheros);
        await database.HashSetAsync(
            GameKeys.Superheros, [.. Heroes.Select(hero => new HashEntry(hero.Key, hero.Value.ToJsonString()))]);
    }

    private static (string Id, JsonObject Hero) Prepare(JsonObject hero)
    {
        var id = hero["id"]?.ToString() ?? throw new RosterException("A hero has no id.");
        var stats = hero["powerstats"] as JsonObject ?? throw new RosterException($"Hero {id} has no powerstats.");
        foreach (var stat in Stats)
        {
            stats[stat] = Number(stats[stat]?.ToString(), $"Hero {id}: {stat}");
        }

        stats["health"] = 10L * (int)stats["intelligence"]! * (int)stats["strength"]! * (int)stats["durability"]!;
        stats["attack"] = 1L * (int)stats["speed"]! * (int)stats["power"]! * (int)stats["combat"]!;
        hero.Remove("id");
        hero.Remove("response");
        return (id, hero);
    }

    // A hero without a power counts as 1, so that every product of powers is one that can win or die.
    private static int Number(string? text, string what) =>
        text is null or "null" or "0" ? 1
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100_000 ? number
        : throw new RosterException($"{what} is '{text}', not a whole number.");
}
