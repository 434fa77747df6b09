using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Superhero.Silo.Commands;

namespace Superhero.Silo.Logging;

/// <summary>.NET's own readable line, in which no control character of a message can reach the terminal: a message may hold what players or
/// Redis say. JSON escapes them by itself.</summary>
/// <param name="services">Where .NET's own formatter is.</param>
internal sealed class PrintableConsoleFormatter(IServiceProvider services) : ConsoleFormatter(FormatterName)
{
    /// <summary>Its name among the formatters.</summary>
    public const string FormatterName = "printable";

    // It is one of the formatters itself, and so can't ask for the other while it is made.
    private readonly Lazy<ConsoleFormatter> _simple = new(
        () => services.GetServices<ConsoleFormatter>().First(formatter => formatter.Name == ConsoleFormatterNames.Simple));

    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var line = Terminal.StripControlCharacters((logEntry.Exception is { } exception ? $"{message}\n{exception}" : message).ReplaceLineEndings(" "));
        _simple.Value.Write(
            new LogEntry<string>(logEntry.LogLevel, logEntry.Category, logEntry.EventId, line, exception: null, (text, _) => text), scopeProvider, textWriter);
    }
}
