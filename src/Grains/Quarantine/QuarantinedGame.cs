using System.Text.Json.Serialization;

namespace Superhero.Grains.Quarantine;

/// <summary>A game in quarantine.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Reason">Why it can't be processed.</param>
/// <param name="Line">The line of its log that is at fault, cut where it is long; null where none is.</param>
/// <param name="Silo">The host name of the silo that found it so.</param>
/// <param name="At">When, in UTC, by Redis' clock; the ledger's script adds it.</param>
public sealed record QuarantinedGame(
    Guid Token, string Reason, string? Line, string Silo, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] DateTimeOffset At);
