using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output that is at its end at a chosen step: before or after a file is put, or one is removed.</summary>
/// <param name="store">Where files really go.</param>
/// <param name="step">The number of the step, from 1; a file that is put and one that is removed are two steps each.</param>
public sealed class DyingStore(IOutputStore store, int step) : IOutputStore
{
    private int _steps;

    /// <summary>Whether it has died.</summary>
    public bool IsDead { get; private set; }

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

    /// <inheritdoc />
    public IDisposable? LockForMerging() => store.LockForMerging();

    private async Task<T> ActAsync<T>(Func<Task<T>> act)
    {
        Step();
        var result = await act();
        Step();
        return result;
    }

    private void Step()
    {
        IsDead |= Interlocked.Increment(ref _steps) == step;
        if (IsDead)
        {
            throw new IOException("It died.");
        }
    }
}
