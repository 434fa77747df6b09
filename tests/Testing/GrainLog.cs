using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>The log of a cluster within the test's process. A test can interrupt a game at any event that a silo logs of it.</summary>
public sealed class GrainLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LoggedEvent> _events = [];
    private readonly ConcurrentDictionary<(Guid Game, int Id), Action> _interruptions = [];
    private readonly LogHook _hook;

    public GrainLog() => _hook = new LogHook(Receive);

    /// <summary>The events with an id, the oldest first.</summary>
    public IReadOnlyList<LoggedEvent> Of(int id) => [.. _events.Where(one => one.Id == id)];

    /// <summary>The events with an id that tell of a game, the oldest first.</summary>
    public IReadOnlyList<LoggedEvent> Of(int id, Guid game) => [.. Of(id).Where(one => TellsOf(one, game))];

    /// <summary>Runs an action in the silo at each event of a game with an id: the action can pause the silo there, or fail the game.</summary>
    public void Interrupt(Guid game, int id, Action action) => _interruptions[(game, id)] = action;

    /// <summary>Ends an interruption.</summary>
    public void Resume(Guid game, int id) => _interruptions.TryRemove((game, id), out _);

    /// <summary>Pauses the silo at the first event of a game with an id.</summary>
    public GamePause Pause(Guid game, int id)
    {
        var pause = new GamePause(this);
        Interrupt(game, id, pause.Stop);
        return pause;
    }

    /// <summary>Waits for more events of an id.</summary>
    /// <param name="id">The id, as in <see cref="LogEvents"/>.</param>
    /// <param name="count">The number of events from now on.</param>
    /// <param name="matches">What their values must be; null for any.</param>
    public async Task WaitAsync(int id, int count = 1, Func<LoggedEvent, bool>? matches = null)
    {
        var seen = _events.Count;
        int Found() => _events.Skip(seen).Count(one => one.Id == id && matches?.Invoke(one) != false);
        await Eventually.HoldsAsync(() => Found() >= count, () => $"{count} events {id}; there are {Found()}. {Describe()}");
    }

    /// <summary>The last events, for the message of a failed test.</summary>
    public string Describe() => $"The log:\n{string.Join('\n', _events.TakeLast(60))}";

    public ILogger CreateLogger(string categoryName) => _hook.CreateLogger(categoryName);

    public void Dispose()
    {
    }

    private void Receive(LoggedEvent logged)
    {
        _events.Enqueue(logged);
        foreach (var (at, action) in _interruptions)
        {
            if (at.Id == logged.Id && TellsOf(logged, at.Game))
            {
                action();
            }
        }
    }

    private static bool TellsOf(LoggedEvent logged, Guid game) =>
        logged.Values.Values.Any(value => value.Contains($"{game}", StringComparison.Ordinal));
}

/// <summary>A step of a game at which its silo waits.</summary>
/// <param name="log">The log of the silo.</param>
public sealed class GamePause(GrainLog log)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resumed = new();

    /// <summary>Waits until the silo is at the step.</summary>
    public async Task ReachedAsync() => await Eventually.HoldsAsync(() => _reached.Task.IsCompleted, () => $"a game to reach its step. {log.Describe()}");

    /// <summary>Lets the silo continue.</summary>
    public void Resume() => _resumed.TrySetResult();

    internal void Stop()
    {
        if (_reached.TrySetResult())
        {
            _resumed.Task.Wait(Eventually.Limit);
        }
    }
}
