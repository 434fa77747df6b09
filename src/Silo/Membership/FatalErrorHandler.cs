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

    [LoggerMessage(711, LogLevel.Critical, "This silo cannot continue and ends; its supervisor has to restart it. If this happens at each start, check that the others trust its certificate and reach its address: {Context} {Reason}")]
    private partial void LogFatal(string context, string reason);
}
