using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>The tables in a folder of this machine: those of a folder where they are, those of a bucket as a copy.</summary>
public sealed class LocalTables : IDisposable
{
    private const int MaxConcurrentDownloads = 16;

    private readonly bool _copied;

    private LocalTables(string folder, IOutputStore output, bool copied) => (Folder, Output, _copied) = (folder, output, copied);

    /// <summary>Where they can be read.</summary>
    public string Folder { get; }

    /// <summary>Where they are.</summary>
    public IOutputStore Output { get; }

    /// <summary>Those of a folder, as they are.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="output">What writes to it, where that should be told of in a log.</param>
    public static LocalTables Of(string folder, LocalOutputStore? output = null) =>
        new(folder, output ?? new LocalOutputStore(folder, NullLogger<LocalOutputStore>.Instance), copied: false);

    /// <summary>Those of a folder, or a copy of those in a bucket.</summary>
    /// <param name="stores">Opens the bucket.</param>
    /// <param name="location">A path or a URI.</param>
    /// <param name="game">Where one game alone is of interest, its token.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    /// <exception cref="OptionsValidationException">It is a URI of an unknown kind, or what it needs is not set.</exception>
    /// <exception cref="IOException">The bucket can't be read.</exception>
    public static async Task<LocalTables> OpenAsync(OutputStores stores, string location, Guid? game, CancellationToken cancellationToken)
    {
        if (!OutputUri.IsUri(location))
        {
            return Of(Path.GetFullPath(location));
        }

        var tables = new LocalTables(output: stores.Open(location), folder: Directory.CreateTempSubdirectory("superhero-").FullName, copied: true);
        try
        {
            await tables.DownloadAsync(game, cancellationToken);
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
    public async Task WriteAsync(string path, ReadOnlyMemory<byte> content)
    {
        await Output.WriteAsync(path, content);
        if (_copied)
        {
            await CopyAsync(new StoredFile(path, DateTimeOffset.UtcNow));
        }
    }

    /// <summary>Removes a file.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    public async Task DeleteAsync(string path)
    {
        await Output.DeleteAsync(path);
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

    private async Task DownloadAsync(Guid? game, CancellationToken cancellationToken)
    {
        foreach (var schema in TableSchema.All)
        {
            Directory.CreateDirectory(Path.Combine(Folder, schema.Folder));
            await Parallel.ForEachAsync(
                Output.ListAsync(schema.Folder).Where(file => file.Path.EndsWith(GameFile.Extension, StringComparison.Ordinal)
                    && (game is null || GameFile.Owner(file.Path) is not { } owner || owner.Game == game)),
                new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentDownloads, CancellationToken = cancellationToken },
                async (file, _) => await CopyAsync(file));
        }
    }

    private async Task CopyAsync(StoredFile file)
    {
        // Whoever can write to the bucket chooses the names in it.
        var path = Path.GetFullPath(Path.Combine(Folder, file.Path));
        if (!path.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new IOException($"{Output} holds {file.Path}, which is no name of a table's file.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, await Output.ReadAsync(file.Path));
        File.SetLastWriteTimeUtc(path, file.Written.UtcDateTime);
    }
}
