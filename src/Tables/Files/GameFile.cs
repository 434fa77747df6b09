using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>Names the files of a game.</summary>
/// <param name="Token">The game's token.</param>
/// <param name="Silo">The host name of the silo that claimed the game.</param>
public readonly record struct GameFile(Guid Token, string Silo)
{
    /// <summary>How the names of all files end.</summary>
    public const string Extension = ".gz.parquet";

    private const int TokenLength = 36;

    /// <summary>What the files of a game are called, in both tables.</summary>
    public string Name => $"{Token:D}_{Silo}{Extension}";

    /// <summary>The path, within the output, of the game's file in a table.</summary>
    public string PathIn(TableSchema table) => table.Folder + Name;

    /// <summary>What the names of all files of a game begin with, whichever silo claimed it.</summary>
    public static string BeginningOf(Guid token) => $"{token:D}_";

    /// <summary>Whose file it is, by its name.</summary>
    /// <returns>Null where the name is not that of a game's file.</returns>
    public static GameFile? Parse(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is var name
        && name.Length > TokenLength + 1 + Extension.Length
        && name.EndsWith(Extension, StringComparison.Ordinal)
        && name[TokenLength] == '_'
        && Guid.TryParseExact(name[..TokenLength], "D", out var token)
        && name.StartsWith(token.ToString("D"), StringComparison.Ordinal)
            ? new GameFile(token, name[(TokenLength + 1)..^Extension.Length])
            : null;
}
