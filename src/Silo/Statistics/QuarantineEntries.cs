using System.Text.Json;
using StackExchange.Redis;
using Superhero.Grains.Quarantine;

namespace Superhero.Silo.Statistics;

/// <summary>The list of the games in quarantine, for who only looks: an entry that can't be read is no failure.</summary>
internal static class QuarantineEntries
{
    /// <summary>Hash: game_token to the JSON of a <see cref="QuarantinedGame"/>.</summary>
    public static readonly RedisKey Key = "superhero/quarantine";

    /// <summary>The game that an entry is of; null where there is none, or it can't be read.</summary>
    public static QuarantinedGame? Read(RedisValue entry)
    {
        try
        {
            return !entry.IsNull && JsonSerializer.Deserialize<QuarantinedGame>(((ReadOnlyMemory<byte>)entry).Span) is { Reason: not null, Silo: not null } game
                ? game
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
