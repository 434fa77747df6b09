using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output that stops whoever uses it at a chosen step, before or after a file is written, created or removed, until it is resumed.</summary>
/// <param name="store">The output.</param>
/// <param name="step">The number of the step, from 1; each operation is two steps.</param>
public sealed class PausingStore(IOutputStore store, int step) : IOutputStore
{
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _steps;

    /// <summary>Whether the step was reached.</summary>
    public bool IsPaused => _paused.Task.IsCompleted;

    /// <inheritdoc />
    public string? LocalFolder => store.LocalFolder;

    /// <summary>Waits until the step is reached, or the work is over.</summary>
    public Task WaitAsync(Task work) => Task.WhenAny(_paused.Task, work);

    /// <summary>Lets the work continue.</summary>
    public void Resume() => _resumed.TrySetResult();

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

    private async Task<T> ActAsync<T>(Func<Task<T>> act)
    {
        await StepAsync();
        var result = await act();
        await StepAsync();
        return result;
    }

    private async Task StepAsync()
    {
        if (Interlocked.Increment(ref _steps) == step)
        {
            _paused.TrySetResult();
            await _resumed.Task;
        }
    }
}
