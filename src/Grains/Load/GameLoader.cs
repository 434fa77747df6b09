using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Load;

/// <summary>Puts a game's two files where the tables are.</summary>
public sealed class GameLoader(IOutputStore output)
{
    private readonly LoadThreads _threads = new(LoadThreads.Most);
    private readonly SingleFile _files = new(output);

    /// <summary>Creates both files. Files that exist with the same rows, such as those of an earlier attempt, stay as they are.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="origin">Where and when it comes from.</param>
    /// <param name="again">Whether an earlier attempt may have left something behind.</param>
    /// <returns>How many bytes they have, when both are durable.</returns>
    /// <exception cref="UnprocessableGameException">A file exists with other rows.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public Task<long> LoadAsync(GameTables tables, GameOrigin origin, bool again) => RunAsync(tables, again, async () =>
    {
        var file = new GameFile(tables.Token, origin.Silo);
        var meta = GameParquet.Meta(tables, origin);
        var first = await _files.CreateAsync(file, TableSchema.Meta, meta, origin);
        var podium = GameParquet.Podium(tables, first);
        var second = await _files.CreateAsync(file, TableSchema.Podium, podium, first);
        if (second != first)
        {
            // Only a GAME_PODIUM that had lost its GAME_META names other times, and readers compare the two.
            await output.WriteAsync(file.PathIn(TableSchema.Meta), GameParquet.Meta(tables, second));
        }

        return meta.Length + podium.Length;
    });

    /// <summary>Writes both files, also in the place of files with other rows.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public Task<long> ReplaceAsync(GameTables tables, GameOrigin origin) => RunAsync(tables, again: true, async () =>
    {
        var file = new GameFile(tables.Token, origin.Silo);
        var (meta, podium) = (GameParquet.Meta(tables, origin), GameParquet.Podium(tables, origin));
        await output.WriteAsync(file.PathIn(TableSchema.Meta), meta);
        await output.WriteAsync(file.PathIn(TableSchema.Podium), podium);
        return meta.Length + podium.Length;
    });

    // Parquet's native code and the flush block, so they run beside the grain's own thread.
    private Task<long> RunAsync(GameTables tables, bool again, Func<Task<long>> write) => _threads.RunAsync(() =>
    {
        if (again)
        {
            output.RemoveTemporary(tables.Token);
        }

        return write();
    });
}
