using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Settings;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>The tables in a folder of this machine: those of a folder where they are, those of a bucket as a copy.</summary>
public sealed class LocalTables : IDisposable
{
    private const int Downloads = 16;

    private readonly bool _copied;

    private LocalTables(string folder, IOutput output, bool copied) => (Folder, Output, _copied) = (folder, output, copied);

    /// <summary>Where they can be read.</summary>
    public string Folder { get; }

    /// <summary>Where they are.</summary>
    public IOutput Output { get; }

    /// <summary>Those of a folder, as they are.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="output">What writes to it, where that should be told of in a log.</param>
    public static LocalTables Of(string folder, DurableFolder? output = null) =>
        new(folder, output ?? new DurableFolder(folder, NullLogger<DurableFolder>.Instance), copied: false);

    /// <summary>Those of a folder, or a copy of those in a bucket.</summary>
    /// <param name="output">A path or a URI.</param>
    /// <param name="settings">What names the service and its credentials.</param>
    /// <param name="game">Where one game alone is of interest, its token.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    /// <exception cref="SettingException">It is a URI of an unknown kind.</exception>
    /// <exception cref="IOException">The bucket can't be read.</exception>
    public static async Task<LocalTables> Open(string output, EnvironmentSettings settings, Guid? game, CancellationToken cancellationToken)
    {
        if (!OutputUri.IsOne(output))
        {
            return Of(Path.GetFullPath(output));
        }

        var tables = new LocalTables(Directory.CreateTempSubdirectory("superhero-").FullName, OutputUri.Open(output, settings), copied: true);
        try
        {
            await tables.Download(game, cancellationToken);
            return tables;
        }
        catch
        {
            tables.Dispose();
            throw;
        }
    }

    /// <summary>Puts a file where the tables are, and lets it be read as it is there.</summary>
    /// <exception cref="IOException">It can't be put.</exception>
    public async Task Write(string path, ReadOnlyMemory<byte> content)
    {
        await Output.Write(path, content);
        if (_copied)
        {
            await Copy(new OutputFile(path, DateTimeOffset.UtcNow));
        }
    }

    /// <summary>Removes a file.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    public async Task Delete(string path)
    {
        await Output.Delete(path);
        if (_copied)
        {
            File.Delete(Path.Combine(Folder, path));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_copied)
        {
            (Output as IDisposable)?.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task Download(Guid? game, CancellationToken cancellationToken)
    {
        foreach (var schema in TableSchema.All)
        {
            Directory.CreateDirectory(Path.Combine(Folder, schema.Folder));
            await Parallel.ForEachAsync(
                Output.List(schema.Folder).Where(file => file.Path.EndsWith(GameFile.Extension, StringComparison.Ordinal)
                    && (game is null || GameFile.Owner(file.Path) is not { } owner || owner.Game == game)),
                new ParallelOptions { MaxDegreeOfParallelism = Downloads, CancellationToken = cancellationToken },
                async (file, _) => await Copy(file));
        }
    }

    private async Task Copy(OutputFile file)
    {
        // Whoever can write to the bucket chooses the names in it.
        var path = Path.GetFullPath(Path.Combine(Folder, file.Path));
        if (!path.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new IOException($"{Output} holds {file.Path}, which is no name of a table's file.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, await Output.Read(file.Path));
        File.SetLastWriteTimeUtc(path, file.Written.UtcDateTime);
    }
}
