using Superhero.Grains.Games;
using Superhero.Grains.Transform;

namespace Superhero.Grains.Load;

/// <summary>Puts a game's two files into the output folder.</summary>
public sealed class GameLoader(GameOptions options)
{
    /// <summary>Writes both files. Done again, it makes the same files with the same bytes.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="claimedBy">The host name of the silo that claimed the game.</param>
    /// <returns>When both are safe on disk.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public Task Load(GameTables tables, string claimedBy) => Task.Run(() =>
    {
        // Parquet's native code and the flush block, so they run beside the grain's own thread.
        Write(new GameFile(GameFile.Meta, tables.Token, claimedBy), ParquetTable.Meta(tables, claimedBy));
        Write(new GameFile(GameFile.Podium, tables.Token, claimedBy), ParquetTable.Podium(tables, claimedBy));
    });

    private void Write(GameFile file, byte[] content) =>
        DurableFile.Write(Path.Combine(options.OutputDirectory, file.Path), content);
}
