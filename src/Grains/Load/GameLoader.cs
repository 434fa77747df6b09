using Superhero.Grains.Transform;

namespace Superhero.Grains.Load;

/// <summary>Puts a game's two files into the output folder.</summary>
public sealed class GameLoader(DurableFolder folder)
{
    /// <summary>Writes both files. Done again, it makes the same files with the same bytes.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="claimedBy">The host name of the silo that claimed the game.</param>
    /// <param name="again">Whether an earlier attempt may have left something behind.</param>
    /// <returns>When both are safe on disk, how many bytes they have.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public Task<long> Load(GameTables tables, string claimedBy, bool again) => Task.Run(() =>
    {
        // Parquet's native code and the flush block, so they run beside the grain's own thread.
        if (again)
        {
            folder.RemoveTemporary(tables.Token);
        }

        var (meta, podium) = (ParquetTable.Meta(tables, claimedBy), ParquetTable.Podium(tables, claimedBy));
        folder.Write(new GameFile(GameFile.Meta, tables.Token, claimedBy).Path, meta);
        folder.Write(new GameFile(GameFile.Podium, tables.Token, claimedBy).Path, podium);
        return meta.LongLength + podium.LongLength;
    });
}
