using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>Receives every event of the log while it is written, and so can stop, fail or end its writer: a test's way to come between
/// two steps.</summary>
/// <param name="receive">Receives each event.</param>
public sealed class LogHook(Action<LoggedEvent> receive) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, receive);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, Action<LoggedEvent> receive) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            receive(LoggedEvent.Of(category, logLevel, eventId, state, exception, formatter));
    }
}
