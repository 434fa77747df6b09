namespace Superhero.Tables.Files;

/// <summary>Names the files of a game.</summary>
/// <param name="Table">GAME_META or GAME_PODIUM.</param>
/// <param name="Token">The game's token.</param>
/// <param name="HostName">The host name of the silo that claimed the game.</param>
public readonly record struct GameFile(string Table, Guid Token, string HostName)
{
    /// <summary>The name of the dimension table.</summary>
    public const string Meta = "GAME_META";

    /// <summary>The name of the fact table.</summary>
    public const string Podium = "GAME_PODIUM";

    /// <summary>How the names of all files end.</summary>
    public const string Extension = ".gz.parquet";

    private const int TokenLength = 36;

    /// <summary>The file's path within the output folder.</summary>
    public string Path => System.IO.Path.Combine("superhero", Table, $"{Token:D}_{HostName}{Extension}");

    /// <summary>Whose file it is, by its name.</summary>
    /// <returns>Null where its name does not say so.</returns>
    public static (Guid Game, string Silo)? Owner(string path) =>
        System.IO.Path.GetFileName(path) is var name
        && name.Length > TokenLength + 1 + Extension.Length
        && name[TokenLength] == '_'
        && Guid.TryParseExact(name[..TokenLength], "D", out var token)
        && name.StartsWith(token.ToString("D"), StringComparison.Ordinal)
            ? (token, name[(TokenLength + 1)..^Extension.Length])
            : null;
}
