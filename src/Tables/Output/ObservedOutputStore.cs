namespace Superhero.Tables.Output;

/// <summary>A store that remembers how the last write went, so that who asks for its health need not write for that.</summary>
/// <param name="store">The store.</param>
/// <param name="clock">Tells how long ago a write was.</param>
public sealed class ObservedOutputStore(IOutputStore store, TimeProvider clock) : IOutputStore, IDisposable
{
    private long? _written;

    /// <inheritdoc />
    public TimeSpan ProbeInterval => store.ProbeInterval;

    /// <summary>Whether the last write, or probe, went well, and is not longer ago than <see cref="ProbeInterval"/>.</summary>
    public bool WroteLately => _written is { } written && clock.GetElapsedTime(written) < ProbeInterval;

    /// <inheritdoc />
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => ObserveAsync(async () =>
    {
        await store.WriteAsync(path, content);
        return true;
    });

    /// <inheritdoc />
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => ObserveAsync(() => store.TryCreateAsync(path, content));

    /// <inheritdoc />
    public Task<bool> ProbeAsync() => ObserveAsync(store.ProbeAsync);

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => store.ReadAsync(path);

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(StoredFile file) => store.OpenReadAsync(file);

    /// <inheritdoc />
    public IAsyncEnumerable<StoredFile> ListAsync(string beginning) => store.ListAsync(beginning);

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string folder) => store.ListFoldersAsync(folder);

    /// <inheritdoc />
    public Task DeleteAsync(string path) => store.DeleteAsync(path);

    /// <inheritdoc />
    public string? LocalFolder => store.LocalFolder;

    /// <inheritdoc />
    public void RemoveTemporary(Guid token) => store.RemoveTemporary(token);

    /// <inheritdoc />
    public void RemoveTemporaryBefore(DateTimeOffset moment) => store.RemoveTemporaryBefore(moment);

    /// <summary>The store's own name.</summary>
    public override string? ToString() => store.ToString();

    /// <inheritdoc />
    public void Dispose() => (store as IDisposable)?.Dispose();

    private async Task<T> ObserveAsync<T>(Func<Task<T>> write)
    {
        try
        {
            var result = await write();
            _written = clock.GetTimestamp();
            return result;
        }
        catch
        {
            _written = null;
            throw;
        }
    }
}
