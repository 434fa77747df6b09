namespace Superhero.Tables.Output;

/// <summary>A store that knows whether it takes files: while files are written, they say so; an idle one is probed.</summary>
/// <param name="store">The store.</param>
/// <param name="clock">Tells how long ago a write was.</param>
public sealed class ObservedOutputStore(IOutputStore store, TimeProvider clock) : IOutputStore, IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private long? _written;
    private volatile string? _problem;
    private TaskCompletionSource _well = new();

    // A disk that hangs answers no probe, and so has one thread wait for it, not another with each look.
    private Task _probe = Task.CompletedTask;

    /// <inheritdoc />
    public TimeSpan ProbeInterval => store.ProbeInterval;

    /// <summary>Whether the last write, or probe, went well, and is not longer ago than <see cref="ProbeInterval"/>.</summary>
    public bool WroteLately => _written is { } written && clock.GetElapsedTime(written) < ProbeInterval;

    /// <summary>Why it takes no files, as of the last look or write; null if it takes them.</summary>
    public string? Problem => _problem;

    /// <summary>Looks whether it takes files. If none was written within <see cref="ProbeInterval"/>, it is probed for 3 seconds.</summary>
    /// <returns>Why it does not; null if it does.</returns>
    public async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        if (WroteLately)
        {
            Set(problem: null);
            return null;
        }

        try
        {
            if (_probe.IsCompleted)
            {
                _probe = Task.Run(ProbeAsync, CancellationToken.None);
            }

            await _probe.WaitAsync(Timeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            Set($"{this} does not answer");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Set(exception.Message);
        }

        return _problem;
    }

    /// <summary>Waits until it takes files.</summary>
    public Task WaitUntilWellAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _problem is null ? Task.CompletedTask : _well.Task.WaitAsync(cancellationToken);
        }
    }

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
    public IDisposable? LockForMerging() => store.LockForMerging();

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
            if (_problem is not null)
            {
                Set(problem: null);
            }

            return result;
        }
        catch
        {
            _written = null;
            throw;
        }
    }

    private void Set(string? problem)
    {
        lock (_lock)
        {
            if (problem is null)
            {
                _well.TrySetResult();
            }
            else if (_problem is null)
            {
                _well = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _problem = problem;
        }
    }
}
