using Superhero.Grains.Logging;

namespace Superhero.Silo.Membership;

/// <summary>Ends a silo that can't go on, as one that the others have declared dead: with a line and exit code 1, where Orleans would abort
/// the process with a dump of its threads.</summary>
internal sealed partial class FatalErrorHandler(ILogger<FatalErrorHandler> logger, ILoggerFactory loggers) : IFatalErrorHandler
{
    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        LogFatal(context ?? "", exception?.Reason() ?? "");

        // The lines are written by a thread of their own, which an exit does not wait for.
        loggers.Dispose();
        Environment.Exit(1);
    }

    [LoggerMessage(711, LogLevel.Critical, "This silo can't go on, and ends; it is for its supervisor to start it again. Where it happens at each start, see whether the others take its certificate, and whether they reach its address: {Context} {Reason}")]
    private partial void LogFatal(string context, string reason);
}
