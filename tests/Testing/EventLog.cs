using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>Records the events of a log.</summary>
/// <param name="onEvent">Called with each event's id before the logging method returns.</param>
public sealed class EventLog(Action<int>? onEvent = null) : ILoggerProvider, ILogger
{
    /// <summary>The events so far.</summary>
    public ConcurrentQueue<(int Id, LogLevel Level, string Line)> Events { get; } = [];

    /// <summary>The ids of the events so far.</summary>
    public IEnumerable<int> Ids => Events.Select(one => one.Id);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Events.Enqueue((eventId.Id, logLevel, formatter(state, exception)));
        onEvent?.Invoke(eventId.Id);
    }

    public void Dispose()
    {
    }
}
