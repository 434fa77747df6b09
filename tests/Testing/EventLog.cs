using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>Collects the events that loggers within the test's process write.</summary>
/// <param name="onEvent">Receives each event while it is written, and so can stop or fail its writer; null for nobody.</param>
public sealed class EventLog(Action<LoggedEvent>? onEvent = null) : ILoggerProvider
{
    private readonly ConcurrentQueue<LoggedEvent> _events = [];

    /// <summary>The events so far, the oldest first.</summary>
    public IReadOnlyCollection<LoggedEvent> Events => _events;

    /// <summary>The ids of the events so far.</summary>
    public IEnumerable<int> Ids => _events.Select(one => one.Id);

    /// <summary>Forgets the events so far.</summary>
    public void Clear() => _events.Clear();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose()
    {
    }

    private void Receive(LoggedEvent logged)
    {
        _events.Enqueue(logged);
        onEvent?.Invoke(logged);
    }

    private sealed class Logger(string category, EventLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Receive(LoggedEvent.Of(category, logLevel, eventId, state, exception, formatter));
    }
}
