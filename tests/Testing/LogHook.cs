using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>Receives every event of the log while it is written, and so can stop, fail or end its writer: a test's way to come between
/// two steps.</summary>
public sealed class LogHook : ILoggerProvider
{
    private readonly Action<EventId, LoggedEvent> _receive;

    /// <param name="receive">Receives each event.</param>
    public LogHook(Action<LoggedEvent> receive) => _receive = (_, logged) => receive(logged);

    /// <param name="receive">Receives the name and the line of each event.</param>
    public LogHook(Action<string?, string> receive) => _receive = (id, logged) => receive(id.Name, logged.Message);

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _receive);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, Action<EventId, LoggedEvent> receive) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            receive(eventId, LoggedEvent.Of(category, logLevel, eventId, state, exception, formatter));
    }
}
