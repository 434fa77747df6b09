using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>Hears every line of the log where it is written, and so can stop or end whoever writes it: a test's way to
/// come between two steps.</summary>
/// <param name="hear">Told of each event's name and line.</param>
public sealed class LogHook(Action<string?, string> hear) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        hear(eventId.Name, formatter(state, exception));

    public void Dispose()
    {
    }
}
