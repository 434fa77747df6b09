using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output on which something happens before and after each file that is written, created or removed.</summary>
/// <param name="store">The output.</param>
public abstract class SteppedStore(IOutputStore store) : IOutputStore
{
    /// <inheritdoc />
    public string? LocalFolder => store.LocalFolder;

    /// <inheritdoc />
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => ActAsync(async () =>
    {
        await store.WriteAsync(path, content);
        return true;
    });

    /// <inheritdoc />
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => ActAsync(() => store.TryCreateAsync(path, content));

    /// <inheritdoc />
    public Task DeleteAsync(string path) => ActAsync(async () =>
    {
        await store.DeleteAsync(path);
        return true;
    });

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => store.ReadAsync(path);

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(StoredFile file) => store.OpenReadAsync(file);

    /// <inheritdoc />
    public IAsyncEnumerable<StoredFile> ListAsync(string beginning) => store.ListAsync(beginning);

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string folder) => store.ListFoldersAsync(folder);

    /// <summary>Happens before and after each operation that changes the output.</summary>
    protected abstract Task StepAsync();

    private async Task<T> ActAsync<T>(Func<Task<T>> act)
    {
        await StepAsync();
        var result = await act();
        await StepAsync();
        return result;
    }
}
