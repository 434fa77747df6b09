using System.Diagnostics.CodeAnalysis;

namespace Superhero.Grains.Load;

/// <summary>Threads for what blocks on a disk. The runtime's own, of which there are few, are left to those who only compute;
/// and while a disk hangs, no more than these wait for it.</summary>
/// <param name="most">How many there may be. They start as they are needed, and end when they are not.</param>
internal sealed class LoadThreads(int most) : TaskScheduler
{
    /// <summary>How many write games at once: 16.</summary>
    /// <remarks>Measured: with twice as many nothing is faster, and with half as many a disk that flushes slowly is left to wait.</remarks>
    public const int Most = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly object _lock = new();
    private readonly Queue<Task> _tasks = [];
    private int _threads;
    private int _idle;

    /// <inheritdoc />
    public override int MaximumConcurrencyLevel => most;

    /// <summary>Runs work, once a thread is free.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <inheritdoc />
    protected override void QueueTask(Task task)
    {
        lock (_lock)
        {
            _tasks.Enqueue(task);
            if (_idle >= _tasks.Count)
            {
                Monitor.Pulse(_lock);
            }
            else if (_threads < most)
            {
                _threads++;
                new Thread(Work) { IsBackground = true, Name = "Load" }.UnsafeStart();
            }
        }
    }

    /// <inheritdoc />
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc />
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_lock)
        {
            return [.. _tasks];
        }
    }

    private void Work()
    {
        while (TryTakeNext(out var task))
        {
            TryExecuteTask(task);
        }
    }

    private bool TryTakeNext([NotNullWhen(true)] out Task? next)
    {
        lock (_lock)
        {
            while (_tasks.Count == 0)
            {
                _idle++;
                var called = Monitor.Wait(_lock, Patience);
                _idle--;
                if (!called && _tasks.Count == 0)
                {
                    _threads--;
                    next = null;
                    return false;
                }
            }

            next = _tasks.Dequeue();
            return true;
        }
    }
}
