using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;

namespace Superhero.Grains.Statistics;

/// <summary>A game whose files are safe, as the statistics show it.</summary>
/// <param name="Game">The game_token.</param>
/// <param name="At">When its files were safe, in UTC, by Redis' clock; the ledger's script adds it.</param>
/// <param name="Silo">The host name of the silo that loaded it.</param>
/// <param name="ClaimedBy">The host name of the silo that claimed it, which its files bear.</param>
/// <param name="ClaimedAt">When it was claimed, in UTC.</param>
/// <param name="Attempts">How many attempts it took.</param>
/// <param name="Podium">Its participants, ordered by rank.</param>
public sealed record LoadedGame(
    Guid Game,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] DateTimeOffset At,
    string Silo,
    string ClaimedBy,
    DateTimeOffset ClaimedAt,
    int Attempts,
    IReadOnlyList<PodiumPlace> Podium)
{
    /// <summary>Its JSON.</summary>
    public RedisValue ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LoadedGameJson.Default.LoadedGame);

    /// <summary>Reads such JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static LoadedGame FromJson(RedisValue json) =>
        JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)json).Span, LoadedGameJson.Default.LoadedGame) is { } game && game.Podium.All(place => place is not null)
            ? game
            : throw new JsonException("It is null.");

    /// <summary>Those of some such JSON that can be read.</summary>
    public static IReadOnlyList<LoadedGame> AllIn(IEnumerable<RedisValue> jsons) => [.. jsons.Select(IfReadable).OfType<LoadedGame>()];

    private static LoadedGame? IfReadable(RedisValue json)
    {
        try
        {
            return FromJson(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A participant of a game, from both tables.</summary>
/// <param name="User">The user_token.</param>
/// <param name="Hero">The superhero_id.</param>
/// <param name="Rank">1 for the survivor.</param>
/// <param name="Rounds">The attacks made.</param>
/// <param name="Received">The sum of the damage received.</param>
/// <param name="Sent">The sum of the damage sent.</param>
public sealed record PodiumPlace(string User, ushort Hero, byte Rank, ushort Rounds, ulong Received, ulong Sent);

/// <summary>How such a game is spelled.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LoadedGame))]
internal sealed partial class LoadedGameJson : JsonSerializerContext;
