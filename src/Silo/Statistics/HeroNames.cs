using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Silo.Statistics;

/// <summary>The names of the heroes, as Redis has them.</summary>
public static class HeroNames
{
    /// <summary>Reads them: superhero_id to name. A hero whose entry has no name is left out.</summary>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public static async Task<IReadOnlyDictionary<ushort, string>> ReadAsync(IDatabase redis)
    {
        Dictionary<ushort, string> names = [];
        foreach (var hero in await redis.HashGetAllAsync(GameKeys.Superheros).OrIfWrongTypeAsync([]))
        {
            if (ushort.TryParse((string?)hero.Name, out var id) && NameIn((string?)hero.Value) is { } name)
            {
                names[id] = name;
            }
        }

        return names;
    }

    private static string? NameIn(string? json)
    {
        try
        {
            using var hero = JsonDocument.Parse(json ?? "");
            return hero.RootElement.ValueKind == JsonValueKind.Object
                && hero.RootElement.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String
                    ? name.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
