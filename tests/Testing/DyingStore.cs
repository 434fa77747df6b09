using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output that dies at a chosen step: before or after a file is written, created or removed.</summary>
/// <param name="store">The output.</param>
/// <param name="step">The number of the step, from 1; each operation is two steps.</param>
public sealed class DyingStore(IOutputStore store, int step) : SteppedStore(store)
{
    private int _steps;

    /// <summary>Whether it has died.</summary>
    public bool IsDead { get; private set; }

    /// <inheritdoc />
    protected override Task StepAsync()
    {
        IsDead |= Interlocked.Increment(ref _steps) == step;
        return IsDead ? throw new IOException("It died.") : Task.CompletedTask;
    }
}
