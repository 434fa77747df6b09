namespace Superhero.Tables.Rows;

/// <summary>Who fought as which hero: a row of GAME_META, without its game_token.</summary>
/// <param name="User">The participant's user_token.</param>
/// <param name="SuperheroId">The id of the participant's hero.</param>
public readonly record struct MetaRow(string User, ushort SuperheroId);
