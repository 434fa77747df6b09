using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Tables.Heroes;

namespace Superhero.Grains.Heroes;

/// <summary>The collection of heroes, as Redis has it.</summary>
/// <param name="Heroes">The heroes, each once.</param>
/// <param name="Malformed">How many entries say of no hero what it is, and were left out.</param>
public sealed record HeroesInRedis(IReadOnlyList<Hero> Heroes, int Malformed)
{
    /// <summary>The names by superhero_id, of those who have one.</summary>
    public IReadOnlyDictionary<ushort, string> Names => Heroes.Where(hero => hero.Name.Length > 0).ToDictionary(hero => hero.Id, hero => hero.Name);

    /// <summary>Reads it. Where its key is missing, or of another type, it is empty.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public static async Task<HeroesInRedis> ReadAsync(IDatabase redis) =>
        Parse(await redis.HashGetAllAsync(GameKeys.Superheros).OrIfWrongTypeAsync([]));

    /// <summary>Makes it of the entries of its hash: superhero_id to JSON. The id is the entry's own, as it is in games; any in the JSON is
    /// passed over.</summary>
    public static HeroesInRedis Parse(IReadOnlyCollection<HashEntry> entries)
    {
        List<Hero> heroes = [.. entries.Select(entry => Parse((string?)entry.Name, (string?)entry.Value)).OfType<Hero>()];
        return new HeroesInRedis(heroes, entries.Count - heroes.Count);
    }

    private static Hero? Parse(string? key, string? json)
    {
        try
        {
            using var document = JsonDocument.Parse(json ?? "");
            var entry = document.RootElement;
            if (IdIn(key) is not { } id || entry.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var stats = Property(entry, "powerstats");
            return Stat(stats, "attack") is { } attack && Stat(stats, "health") is { } health
                ? new Hero(id, Property(entry, "name") is { ValueKind: JsonValueKind.String } name ? name.GetString()! : "", attack, health)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter is a text with half of a surrogate pair.
            return null;
        }
    }

    // In one spelling alone, so that no two entries are the same hero.
    private static ushort? IdIn(string? key) =>
        ushort.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id.ToString(CultureInfo.InvariantCulture) == key ? id : null;

    // One that is not there, or that the Super Hero API calls "null", is 0; one that is no whole number is null.
    private static long? Stat(JsonElement stats, string name)
    {
        var stat = Property(stats, name);
        var text = stat.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "null",
            JsonValueKind.String => stat.GetString()!,
            _ => stat.GetRawText(),
        };
        return text == "null" ? 0
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && number is >= 0 and <= long.MaxValue && decimal.IsInteger(number) ? (long)number
            : null;
    }

    private static JsonElement Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;
}
