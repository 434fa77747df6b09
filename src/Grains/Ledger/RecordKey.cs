using StackExchange.Redis;

namespace Superhero.Grains.Ledger;

/// <summary>Names the records of games: hashes with the fields stage, attempt, claimed_by, claimed_at and last_error, and
/// with attempted_by and attempted_at (milliseconds since 1970) while an attempt is made, or retry_at where one failed.</summary>
public static class RecordKey
{
    private const string Prefix = "superhero/record/";

    /// <summary>The key of a game's record.</summary>
    public static RedisKey Of(Guid token) => $"{Prefix}{token:D}";

    /// <summary>What stands where a record's key has the game's token; null for a key of another kind.</summary>
    public static string? TokenIn(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : null;
}
