using Superhero.Tables.Compact;
using Superhero.Tables.Output;

namespace Superhero.Grains.Tests.Merge;

/// <summary>A merger that stands still at a chosen step, as a process does that is stopped: after it has read something, or before
/// or after anything else that it asks of its output or of its right. No lock keeps others from its output, as on a bucket.</summary>
/// <param name="store">Its output.</param>
/// <param name="lease">Its right.</param>
/// <param name="step">The number of the step, from 1.</param>
internal sealed class HeldMerger(IOutputStore store, IMergeLease lease, int step) : IOutputStore, IMergeLease
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _steps;

    /// <summary>When it stands still.</summary>
    public Task Held => _held.Task;

    /// <summary>Lets it go on.</summary>
    public void GoOn() => _goOn.TrySetResult();

    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => ActAsync(() => store.WriteAsync(path, content));

    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => store.TryCreateAsync(path, content);

    public Task DeleteAsync(string path) => ActAsync(() => store.DeleteAsync(path));

    public Task<byte[]> ReadAsync(string path) => AskAsync(() => store.ReadAsync(path));

    public Task<Stream> OpenReadAsync(StoredFile file) => AskAsync(() => store.OpenReadAsync(file));

    public async IAsyncEnumerable<StoredFile> ListAsync(string beginning)
    {
        foreach (var file in await AskAsync(() => store.ListAsync(beginning).ToListAsync().AsTask()))
        {
            yield return file;
        }
    }

    public IAsyncEnumerable<string> ListFoldersAsync(string folder) => store.ListFoldersAsync(folder);

    public IDisposable? LockForMerging() => null;

    public Task<MergePlan?> GetUnfinishedAsync() => AskAsync(lease.GetUnfinishedAsync);

    public Task BeginAsync(MergePlan merge) => ActAsync(() => lease.BeginAsync(merge));

    public Task EndAsync(MergePlan merge) => ActAsync(() => lease.EndAsync(merge));

    private async Task ActAsync(Func<Task> act)
    {
        await StepAsync();
        await act();
        await StepAsync();
    }

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        var answer = await ask();
        await StepAsync();
        return answer;
    }

    private async Task StepAsync()
    {
        if (Interlocked.Increment(ref _steps) == step)
        {
            _held.SetResult();
            await _goOn.Task;
        }
    }
}
