using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Superhero.Testing;

/// <summary>A game of a recording, with a reading of its log that shares no code with the project's.</summary>
public sealed class RecordedGame(JsonElement line)
{
    public string Token { get; } = line.GetProperty("game").GetString()!;

    public bool Completed => Value("status").GetString() == "Completed";

    /// <summary>The user_tokens of those in it.</summary>
    public IEnumerable<string> Users => Key($"games:{Token}").EnumerateArray().Select(user => user.GetString()!);

    /// <summary>The lines of its log, oldest first.</summary>
    public IEnumerable<string> Log => Value("logs").EnumerateArray().Select(entry => entry.GetString()!);

    /// <summary>The rows that the two tables should have: game, user, rank, rounds, received, sent, hero.</summary>
    public IEnumerable<ExpectedRow> Rows()
    {
        var attacks = Log.Select(entry => JsonSerializer.Deserialize<JsonElement>(entry)).ToList();
        var users = Users.Union(attacks.Select(Attacker)).Union(attacks.Select(Enemy)).ToList();
        var deaths = attacks.Where(attack => Detail(attack, "ENEMY_HEALTH_POST") == 0).Select(Enemy).Distinct().ToList();
        return users.Select(user => new ExpectedRow(
            Token,
            user,
            deaths.Contains(user) ? users.Count - deaths.IndexOf(user) : 1,
            attacks.Count(attack => Attacker(attack) == user),
            attacks.Where(attack => Enemy(attack) == user).Sum(attack => Detail(attack, "ENEMY_DAMAGE")),
            attacks.Where(attack => Attacker(attack) == user).Sum(attack => Detail(attack, "ENEMY_DAMAGE")),
            int.Parse(Value($"superheros:{user}").GetProperty("id").GetString()!, CultureInfo.InvariantCulture)));
    }

    /// <summary>The same game under another token.</summary>
    public RecordedGame As(Guid token) =>
        new(JsonSerializer.Deserialize<JsonElement>(line.GetRawText().Replace(Token, $"{token}", StringComparison.Ordinal)));

    /// <summary>Puts the game's keys into Redis, its entries in the shared keys too.</summary>
    public Task LoadAsync(IDatabaseAsync redis) => Task.WhenAll(Writes(redis).ToList());

    private IEnumerable<Task> Writes(IDatabaseAsync redis)
    {
        foreach (var entry in line.GetProperty("keys").EnumerateObject())
        {
            RedisKey key = entry.Name;
            var value = entry.Value.GetProperty("value");
            yield return entry.Value.GetProperty("type").GetString() switch
            {
                "string" => redis.StringSetAsync(key, value.GetString()),
                "set" => redis.SetAddAsync(key, Values(value)),
                "list" => redis.ListRightPushAsync(key, Values(value)),
                "hash" => redis.HashSetAsync(
                    key, [.. value.EnumerateObject().Select(field => new HashEntry(field.Name, field.Value.GetString()))]),
                var type => throw new NotSupportedException(type),
            };
        }

        foreach (var shared in line.GetProperty("global").EnumerateObject())
        {
            yield return shared.Value.ValueKind == JsonValueKind.Array
                ? redis.ListRightPushAsync(shared.Name, Token)
                : redis.SortedSetAddAsync(shared.Name, Token, shared.Value.GetDouble());
        }
    }

    private JsonElement Value(string suffix) => Key($"games:{Token}:{suffix}");

    private JsonElement Key(string name) => line.GetProperty("keys").GetProperty(name).GetProperty("value");

    private static RedisValue[] Values(JsonElement array) => [.. array.EnumerateArray().Select(value => (RedisValue)value.GetString())];

    private static string Attacker(JsonElement attack) => attack.GetProperty("PAYLOAD").GetProperty("USER_TOKEN").GetString()!;

    private static string Enemy(JsonElement attack) => Details(attack).GetProperty("ENEMY_TOKEN").GetString()!;

    private static long Detail(JsonElement attack, string name) => Details(attack).GetProperty(name).GetInt64();

    private static JsonElement Details(JsonElement attack) => attack.GetProperty("STATUS").GetProperty("DETAILS");
}

/// <summary>A row of both tables.</summary>
public sealed record ExpectedRow(string Game, string User, int Rank, int Rounds, long Received, long Sent, int Hero);
