using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output in which something happens between two looks at it.</summary>
/// <param name="store">The output.</param>
/// <param name="look">Before which look it happens, from 1: a file that is read, or a folder that is listed.</param>
/// <param name="happen">What happens.</param>
public sealed class ReadHookStore(IOutputStore store, int look, Func<Task> happen) : IOutputStore
{
    private int _looks;

    /// <summary>Whether it has happened.</summary>
    public bool Happened { get; private set; }

    /// <inheritdoc />
    public string? LocalFolder => store.LocalFolder;

    /// <inheritdoc />
    public async Task<byte[]> ReadAsync(string path)
    {
        await LookAsync();
        return await store.ReadAsync(path);
    }

    /// <inheritdoc />
    public async Task<Stream> OpenReadAsync(StoredFile file)
    {
        await LookAsync();
        return await store.OpenReadAsync(file);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredFile> ListAsync(string beginning)
    {
        await LookAsync();
        await foreach (var file in store.ListAsync(beginning))
        {
            yield return file;
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<string> ListFoldersAsync(string folder)
    {
        await LookAsync();
        await foreach (var name in store.ListFoldersAsync(folder))
        {
            yield return name;
        }
    }

    /// <inheritdoc />
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => throw new NotSupportedException();

    /// <inheritdoc />
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => throw new NotSupportedException();

    /// <inheritdoc />
    public Task DeleteAsync(string path) => throw new NotSupportedException();

    private async Task LookAsync()
    {
        if (Interlocked.Increment(ref _looks) == look)
        {
            await happen();
            Happened = true;
        }
    }
}
