using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Names the Redis keys of one game, and those that all games share. Nothing else in the project spells a key.</summary>
/// <param name="token">The game's token.</param>
public readonly struct GameKeys(Guid token)
{
    /// <summary>Hash: hero id to the hero's JSON.</summary>
    public const string Superheros = "superheros";

    /// <summary>Hash: user name to user_token.</summary>
    public const string Users = "users";

    /// <summary>Sorted set: every open game, scored by how many joined.</summary>
    public const string Games = "games:participants";

    private const string GamePrefix = "games:";
    private const string PlayersPrefix = "games:players:";
    private const int TokenLength = 36;

    /// <summary>The game's token as it stands in Redis: lower-case, with hyphens.</summary>
    public string Token { get; } = token.ToString("D");

    /// <summary>Set: the user_tokens of the participants.</summary>
    public RedisKey Participants => Prefix;

    /// <summary>String: how many participants the game wants.</summary>
    public RedisKey Wanted => Prefix + ":participants";

    /// <summary>String: one of the words in <see cref="GameStatus"/>.</summary>
    public RedisKey Status => Prefix + ":status";

    /// <summary>String: the user_token of the host.</summary>
    public RedisKey Host => Prefix + ":host";

    /// <summary>List: whose turn is next.</summary>
    public RedisKey Order => Prefix + ":order";

    /// <summary>Set: the hero ids taken.</summary>
    public RedisKey TakenHeros => Prefix + ":superheros";

    /// <summary>List: one JSON line an attack, oldest first.</summary>
    public RedisKey Logs => Prefix + ":logs";

    private string Prefix => GamePrefix + Token;

    /// <summary>All keys of the game but its log.</summary>
    /// <param name="users">The user_tokens of its participants.</param>
    public RedisKey[] AllButLogs(IEnumerable<string> users) =>
        [Participants, Wanted, Status, Host, Order, TakenHeros, .. users.Select(Hero)];

    /// <summary>Hash: id, attack and health of a participant's hero.</summary>
    public RedisKey Hero(string user) => $"{Prefix}:superheros:{user}";

    /// <summary>List: the games that want this many participants.</summary>
    public static RedisKey Players(string wanted) => PlayersPrefix + wanted;

    /// <summary>Whether a key is one of <see cref="Players"/>.</summary>
    public static bool IsPlayers(string key) => key.StartsWith(PlayersPrefix, StringComparison.Ordinal);

    /// <summary>What stands where a key of a game has the game's token; null for a key of another kind.</summary>
    public static string? TokenIn(string key) =>
        key.StartsWith(GamePrefix, StringComparison.Ordinal)
        && key.Length >= GamePrefix.Length + TokenLength
        && (key.Length == GamePrefix.Length + TokenLength || key[GamePrefix.Length + TokenLength] == ':')
            ? key.Substring(GamePrefix.Length, TokenLength)
            : null;

    /// <summary>The prefix of <see cref="Hero"/>, for scripts that add the user_token themselves.</summary>
    public string HeroPrefix => $"{Prefix}:superheros:";
}
