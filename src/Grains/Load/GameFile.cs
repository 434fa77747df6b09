namespace Superhero.Grains.Load;

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

    /// <summary>The file's path within the output folder.</summary>
    public string Path => System.IO.Path.Combine("superhero", Table, $"{Token:D}_{HostName}.gz.parquet");
}
