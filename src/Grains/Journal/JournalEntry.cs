using System.Text.Json.Serialization;
using Superhero.Tables.Files;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Journal;

/// <summary>What happened to a game, for people to look at. A game that was resumed may say the same twice.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Event">What happened.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Silo">The host name of the silo that did it.</param>
public sealed record JournalEntry(Guid Token, GameEvent Event, DateTimeOffset At, string Silo)
{
    /// <summary>How it was loaded; null for another event.</summary>
    [JsonPropertyName("receipt")]
    public LoadRecord? LoadRecord { get; init; }

    /// <summary>Why it went to quarantine; null for another event.</summary>
    public string? Reason { get; init; }
}

/// <summary>How a game was loaded.</summary>
/// <param name="ClaimedBy">The host name of the silo that claimed it, which its files bear.</param>
/// <param name="ClaimedAt">When it was claimed, in UTC.</param>
/// <param name="Attempts">How many attempts it took: 1, and one more for each time that it was resumed.</param>
/// <param name="Files">Its files.</param>
/// <param name="Podium">Its rows of both tables, ordered by rank.</param>
public sealed record LoadRecord(
    string ClaimedBy, DateTimeOffset ClaimedAt, int Attempts, IReadOnlyList<WrittenFile> Files, IReadOnlyList<LoadRecordRow> Podium);

/// <summary>A participant of a game, from both tables.</summary>
/// <param name="User">The user_token.</param>
/// <param name="Hero">The superhero_id.</param>
/// <param name="Rank">1 for the survivor.</param>
/// <param name="Rounds">The attacks made.</param>
/// <param name="Received">The sum of the damage received.</param>
/// <param name="Sent">The sum of the damage sent.</param>
public sealed record LoadRecordRow(string User, ushort Hero, byte Rank, ushort Rounds, ulong Received, ulong Sent)
{
    /// <summary>The rows of a game.</summary>
    public static IReadOnlyList<LoadRecordRow> From(GameTables tables)
    {
        var heroes = tables.Meta.ToDictionary(row => row.User, row => row.SuperheroId, StringComparer.Ordinal);
        return [.. tables.Podium.Select(row => new LoadRecordRow(
            row.User, heroes[row.User], row.Rank, row.Rounds, row.DamageReceived, row.DamageSent))];
    }
}

/// <summary>How the journal is spelled: JSON, a line an entry.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalEntry))]
public sealed partial class JournalJson : JsonSerializerContext;
