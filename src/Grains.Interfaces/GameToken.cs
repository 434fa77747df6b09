using System.Diagnostics.CodeAnalysis;

namespace Superhero.Grains.Interfaces;

/// <summary>Reads game_tokens, which come from whoever can publish.</summary>
public static class GameToken
{
    /// <summary>Accepts a UUID as the simulator writes it, lower-case with hyphens, and nothing else: the token names
    /// Redis keys and files, so no two spellings may mean one game.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Guid token) =>
        Guid.TryParseExact(text, "D", out token) && token.ToString("D") == text;
}
