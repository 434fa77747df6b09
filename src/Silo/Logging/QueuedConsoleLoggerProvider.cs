using System.Diagnostics.Metrics;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Superhero.Grains.Metrics;

namespace Superhero.Silo.Logging;

/// <summary>Writes log lines to the standard output from a thread of its own. If nobody reads them, the oldest ones are dropped and
/// counted. .NET's own provider would block the silo, or drop the newest lines.</summary>
[ProviderAlias("Console")]
internal sealed partial class QueuedConsoleLoggerProvider : ILoggerProvider, ISupportExternalScope
{
    /// <summary>How many lines may wait.</summary>
    public const int Capacity = 4096;

    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines;
    private readonly ConsoleFormatter _formatter;
    private readonly Counter<long> _droppedLines;
    private readonly Stream _output;
    private readonly Thread _writer;
    private IExternalScopeProvider? _scopes;
    private long _dropped;

    /// <summary>Starts the thread.</summary>
    public QueuedConsoleLoggerProvider(IEnumerable<ConsoleFormatter> formatters, IOptions<ConsoleLoggerOptions> options, IMeterFactory meters)
        : this(formatters.First(one => one.Name == options.Value.FormatterName), meters, Console.OpenStandardOutput())
    {
    }

    /// <summary>The same, for another output.</summary>
    internal QueuedConsoleLoggerProvider(ConsoleFormatter formatter, IMeterFactory meters, Stream output)
    {
        (_formatter, _output) = (formatter, output);
        _droppedLines = meters.Create(GameMetrics.Name).CreateCounter<long>(
            "superhero.log.dropped", "{line}", "Log lines that were dropped because nobody read the standard output.");
        _lines = Channel.CreateBounded<string>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ =>
            {
                Interlocked.Increment(ref _dropped);
                _droppedLines.Add(1);
            });

        // In the background, so that a write that blocks does not keep the process from ending.
        _writer = new Thread(Write) { IsBackground = true, Name = "Console log" };
        _writer.Start();
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new QueuedLogger(this, categoryName);

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <summary>Writes the lines that wait, unless that takes longer than a second.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writer.Join(FlushTimeout);
    }

    private void Write()
    {
        try
        {
            while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                    {
                        LogLinesDropped(CreateLogger(typeof(QueuedConsoleLoggerProvider).FullName!), dropped);
                    }

                    _output.Write(Encoding.UTF8.GetBytes(line));
                }
            }
        }
        catch (IOException)
        {
            // The reader has closed its end. The silo goes on without a log.
        }
    }

    private string Format<TState>(in LogEntry<TState> entry)
    {
        using var text = new StringWriter();
        _formatter.Write(entry, _scopes, text);
        return $"{text}";
    }

    [LoggerMessage(621, LogLevel.Warning, "Dropped {Count} log lines because nobody read the standard output")]
    private static partial void LogLinesDropped(ILogger logger, long count);

    private sealed class QueuedLogger(QueuedConsoleLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (provider.Format(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter)) is { Length: > 0 } line)
            {
                provider._lines.Writer.TryWrite(line);
            }
        }
    }
}
