using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>Collects what a silo within the test's process logs.</summary>
public sealed class EventLog : ILoggerProvider
{
    private readonly ConcurrentQueue<LoggedEvent> _events = [];

    /// <summary>The events so far, the oldest first.</summary>
    public IReadOnlyCollection<LoggedEvent> Events => _events;

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _events);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LoggedEvent> events) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            events.Enqueue(LoggedEvent.Of(category, logLevel, eventId, state, exception, formatter));
    }
}
