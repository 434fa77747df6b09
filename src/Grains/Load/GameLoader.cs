using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Load;

/// <summary>Puts a game's two files where the tables are.</summary>
public sealed class GameLoader(IOutputStore output)
{
    private readonly LoadThreads _threads = new(LoadThreads.Most);

    /// <summary>Writes both files. Done again, it makes the same files with the same bytes.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="origin">Where and when it comes from.</param>
    /// <param name="again">Whether an earlier attempt may have left something behind.</param>
    /// <returns>How many bytes they have, when both are safe on disk.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public Task<long> LoadAsync(GameTables tables, GameOrigin origin, bool again) => _threads.RunAsync(async () =>
    {
        // Parquet's native code and the flush block, so they run beside the grain's own thread.
        if (again)
        {
            output.RemoveTemporary(tables.Token);
        }

        var file = new GameFile(tables.Token, origin.Silo);
        return await WriteAsync(TableSchema.Meta, GameParquet.Meta(tables, origin))
            + await WriteAsync(TableSchema.Podium, GameParquet.Podium(tables, origin));

        async Task<long> WriteAsync(TableSchema table, byte[] content)
        {
            await output.WriteAsync(file.PathIn(table), content);
            return content.Length;
        }
    });
}
