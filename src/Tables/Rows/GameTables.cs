namespace Superhero.Tables.Rows;

/// <summary>The rows that a finished game becomes.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Meta">GAME_META, ordered by user_token.</param>
/// <param name="Podium">GAME_PODIUM, ordered by rank and then by user_token.</param>
public sealed record GameTables(Guid Token, IReadOnlyList<MetaRow> Meta, IReadOnlyList<PodiumRow> Podium);
