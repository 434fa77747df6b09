namespace Superhero.Tables.Output;

/// <summary>Where the tables go: a folder or a bucket. Paths lie within it, with a slash between their parts.</summary>
public interface IOutputStore
{
    /// <summary>Puts a file. Under its name it appears whole or not at all; one that is there already is replaced. May block
    /// while a disk writes.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="content">What it holds.</param>
    /// <returns>When it is safe.</returns>
    /// <exception cref="IOException">It can't be put; what was under its name is as it was.</exception>
    Task WriteAsync(string path, ReadOnlyMemory<byte> content);

    /// <summary>Creates a file if there is none under its name. It appears whole or not at all, and is as durable as one of
    /// <see cref="WriteAsync"/>. May block while a disk writes.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="content">What it holds.</param>
    /// <returns>False if the file exists already. If an answer of the store was lost on its way, this call may have created that file;
    /// the content tells.</returns>
    /// <exception cref="IOException">The store failed. It may have created the file.</exception>
    Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content);

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    Task<byte[]> ReadAsync(string path);

    /// <summary>Opens a file of which only parts may be wanted.</summary>
    /// <returns>Its bytes, in which one can seek.</returns>
    /// <exception cref="IOException">It is not there, or can't be read.</exception>
    Task<Stream> OpenReadAsync(StoredFile file);

    /// <summary>Lists the files of a folder, not those in folders within it.</summary>
    /// <param name="beginning">The folder, with a slash at its end, and what the files' names begin with.</param>
    /// <exception cref="IOException">They can't be listed.</exception>
    IAsyncEnumerable<StoredFile> ListAsync(string beginning);

    /// <summary>Lists the names of the folders within a folder.</summary>
    /// <param name="folder">The folder, with a slash at its end.</param>
    /// <exception cref="IOException">They can't be listed.</exception>
    IAsyncEnumerable<string> ListFoldersAsync(string folder);

    /// <summary>Removes a file, if it is there.</summary>
    /// <exception cref="IOException">It can't be removed.</exception>
    Task DeleteAsync(string path);

    /// <summary>Keeps others on this file system from merging at the same time, where there is one; what it returns ends that.</summary>
    /// <exception cref="IOException">Another one merges.</exception>
    IDisposable? LockForMerging() => null;

    /// <summary>The folder of this machine that this is, where it is one; otherwise null.</summary>
    string? LocalFolder => null;

    /// <summary>How long a probe that went well, or another file that was written, says enough of the store's health.</summary>
    TimeSpan ProbeInterval => TimeSpan.FromMinutes(1);

    /// <summary>Writes a file that exists for this purpose only, to test the store.</summary>
    /// <returns>Whether the store honours the condition of <see cref="TryCreateAsync"/>: whether it refused to create the file a second
    /// time.</returns>
    /// <exception cref="IOException">The store does not work.</exception>
    async Task<bool> ProbeAsync()
    {
        const string Probe = "superhero/.probe";
        await WriteAsync(Probe, ReadOnlyMemory<byte>.Empty);
        return !await TryCreateAsync(Probe, ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>Removes what an attempt that died has left of a game's files before they had their names.</summary>
    void RemoveTemporary(Guid token)
    {
    }

    /// <summary>Removes what was left of files last written before a moment.</summary>
    /// <param name="moment">The moment, in UTC.</param>
    void RemoveTemporaryBefore(DateTimeOffset moment)
    {
    }
}

/// <summary>A file of an output.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Length">How many bytes it has.</param>
public readonly record struct StoredFile(string Path, long Length);
