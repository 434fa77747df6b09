using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output that pauses its caller at a chosen step, until it is resumed: before or after a file is written, created or
/// removed.</summary>
/// <param name="store">The output.</param>
/// <param name="step">The number of the step, from 1; each operation is two steps.</param>
public sealed class PausingStore(IOutputStore store, int step) : SteppedStore(store)
{
    private readonly TaskCompletionSource _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _steps;

    /// <summary>Whether the step was reached.</summary>
    public bool IsPaused => _paused.Task.IsCompleted;

    /// <summary>Waits until the step is reached, or the work is over.</summary>
    public Task WaitAsync(Task work) => Task.WhenAny(_paused.Task, work);

    /// <summary>Lets the work continue.</summary>
    public void Resume() => _resumed.TrySetResult();

    /// <inheritdoc />
    protected override async Task StepAsync()
    {
        if (Interlocked.Increment(ref _steps) == step)
        {
            _paused.TrySetResult();
            await _resumed.Task;
        }
    }
}
