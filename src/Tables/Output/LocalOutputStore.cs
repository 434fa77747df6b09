using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Output;

/// <summary>Puts files into the output folder so that readers see all of a file or none, and so that it outlives a loss
/// of power.</summary>
/// <param name="root">The output folder.</param>
/// <param name="logger">Told of each step.</param>
/// <param name="nameless">Whether a file may be without a name until it is whole, where the file system can do that.</param>
/// <param name="probed">The folders that a probe tries, each with a slash at its end; null for those of games' files.</param>
public sealed partial class LocalOutputStore(
    string root, ILogger<LocalOutputStore> logger, bool nameless = true, IReadOnlyList<string>? probed = null) : IOutputStore
{
    // The tables' folders may hold millions of files.
    private static readonly TimeSpan LookForProbes = TimeSpan.FromHours(1);

    // What is temporary is hidden, beside the tables and so on their file system.
    private readonly DurableFiles _files = new(Path.Combine(root, "superhero", ".tmp"), nameless);

    private readonly IReadOnlyList<string> _probed = probed ?? [.. TableSchema.OfGames.Select(table => table.Folder)];

    // Its own, since silos may share the folder.
    private readonly string _probe = $".probe.{Guid.NewGuid():N}.tmp";
    private readonly RemovableFiles _removable = new(logger);
    private DateTimeOffset _lookedForProbes;

    /// <summary>Opens a folder, where nobody is told of each step.</summary>
    public static LocalOutputStore Open(string root) => new(root, NullLogger<LocalOutputStore>.Instance);

    /// <inheritdoc />
    /// <remarks>It is written, flushed to disk, and only then gets its name.</remarks>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content)
    {
        Put(path, content.Span, replace: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    /// <remarks>It is written, flushed to disk, and only then gets its name, unless another file has it.</remarks>
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => Task.FromResult(Put(path, content.Span, replace: false));

    /// <summary>Puts a file of any length, also in the place of one that exists. The same promises hold as for
    /// <see cref="WriteAsync(string, ReadOnlyMemory{byte})"/>.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="fill">Writes what it holds, piece by piece.</param>
    /// <exception cref="IOException">It can't be put; what was under its name is as it was.</exception>
    public Task WriteAsync(string path, Func<Stream, Task> fill) => _files.WriteAsync(FullPath(path), fill);

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => TranslateAsync(() => Task.FromResult(File.ReadAllBytes(FullPath(path))));

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(StoredFile file) => TranslateAsync(() => Task.FromResult<Stream>(File.OpenRead(FullPath(file.Path))));

    /// <inheritdoc />
    public IAsyncEnumerable<StoredFile> ListAsync(string beginning)
    {
        var (folder, name) = (beginning[..(beginning.LastIndexOf('/') + 1)], beginning[(beginning.LastIndexOf('/') + 1)..]);
        return EnumerateAsync(folder, found => found.EnumerateFiles()
            .Where(file => file.Name.StartsWith(name, StringComparison.Ordinal) && file.Exists).Select(file => new StoredFile(folder + file.Name, file.Length)));
    }

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string folder) =>
        EnumerateAsync(folder, found => found.EnumerateDirectories().Select(one => one.Name));

    /// <inheritdoc />
    public Task DeleteAsync(string path)
    {
        try
        {
            File.Delete(FullPath(path));
            return Task.CompletedTask;
        }
        catch (DirectoryNotFoundException)
        {
            return Task.CompletedTask;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{FullPath(path)} can't be removed: {exception.Message}", exception);
        }
    }

    /// <inheritdoc />
    /// <remarks>A disk costs nothing to write to, and may fill up from elsewhere.</remarks>
    public TimeSpan ProbeInterval => TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    /// <remarks>It goes the way of a game's files, in each of the folders, and so finds what they would.</remarks>
    public Task<bool> ProbeAsync()
    {
        var refused = true;
        foreach (var folder in _probed)
        {
            var probe = FullPath(folder + _probe);

            // As much as a game's file takes at the most, by and large; and once more, as an attempt does that follows one that died.
            try
            {
                Put(probe, new byte[8192], replace: true, _ => { });
                Put(probe, new byte[8192], replace: true, _ => { });
                refused &= !Put(probe, new byte[8192], replace: false, _ => { });
            }
            finally
            {
                _removable.Remove(new FileInfo(probe));
            }
        }

        return Task.FromResult(refused);
    }

    /// <inheritdoc />
    public string LocalFolder => root;

    /// <summary>The folder.</summary>
    public override string ToString() => root;

    /// <inheritdoc />
    /// <remarks>A writer that lives and loses its temporary file fails at its rename and tries again.</remarks>
    public void RemoveTemporary(Guid token) => _removable.RemoveWhere(_files.Temporary, $"{token:D}*", _ => true);

    /// <inheritdoc />
    /// <remarks>Those of probes, which a silo leaves that dies in one, are looked for once an hour.</remarks>
    public void RemoveTemporaryBefore(DateTimeOffset moment)
    {
        _removable.RemoveWhere(_files.Temporary, "*", file => file.LastWriteTimeUtc < moment);
        if (moment - _lookedForProbes > LookForProbes)
        {
            _lookedForProbes = moment;
            foreach (var folder in _probed)
            {
                _removable.RemoveWhere(FullPath(folder), ".probe.*.tmp", file => file.LastWriteTimeUtc < moment);
            }
        }
    }

    private bool Put(string path, ReadOnlySpan<byte> content, bool replace) => Put(FullPath(path), content, replace, step => Say(step, path));

    private bool Put(string path, ReadOnlySpan<byte> content, bool replace, Action<FileStep> done)
    {
        try
        {
            return _files.TryWrite(path, content, replace, done);
        }
        catch (UnauthorizedAccessException exception) when (Posix.User is { } user)
        {
            throw new UnauthorizedAccessException(
                $"{exception.Message.TrimEnd('.')}: user {user}, who runs this, has to be let write there, as by chown -R {user} {root}", exception);
        }
    }

    private string FullPath(string path) => Path.Combine(root, path);

    private async IAsyncEnumerable<T> EnumerateAsync<T>(string folder, Func<DirectoryInfo, IEnumerable<T>> enumerate)
    {
        var found = new DirectoryInfo(FullPath(folder));
        if (!found.Exists)
        {
            yield break;
        }

        using var all = await TranslateAsync(() => Task.FromResult(enumerate(found).GetEnumerator()));
        while (await TranslateAsync(() => Task.FromResult(all.MoveNext())))
        {
            yield return all.Current;
        }
    }

    private static async Task<T> TranslateAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileNotFoundException(exception.Message, exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{exception.Message.TrimEnd('.')}: whoever runs this may not read it.", exception);
        }
    }

    private void Say(FileStep step, string path)
    {
        Action<string> log = step switch
        {
            FileStep.Written => LogWritten,
            FileStep.Flushed => LogFlushed,
            _ => LogRenamed,
        };
        log(path);
    }

    [LoggerMessage(401, LogLevel.Debug, "Wrote {Path}")]
    private partial void LogWritten(string path);

    [LoggerMessage(402, LogLevel.Debug, "Flushed {Path}")]
    private partial void LogFlushed(string path);

    [LoggerMessage(403, LogLevel.Debug, "Renamed {Path}")]
    private partial void LogRenamed(string path);
}
