using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Superhero.Silo.Access;

namespace Superhero.Silo.Logging;

/// <summary>The silo's log.</summary>
internal static class SiloLogging
{
    // They warn of each call that a silo, or a disk, that hangs leaves without an answer; health has a line for all of them.
    private static readonly string[] Talkative =
        ["Orleans.Messaging", "Orleans.Runtime.CallbackData", "Orleans.Runtime.GrainDirectory.GrainDirectoryHandoffManager"];

    /// <summary>Writes to the terminal what LOG_LEVEL asks for; of the libraries only what is wrong, unless all is
    /// asked for.</summary>
    public static void AddSiloLogging(this ILoggingBuilder logging)
    {
        logging.ClearProviders()
            .AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            });
        logging.Services.Remove(logging.Services.Single(service => service.ImplementationType == typeof(ConsoleLoggerProvider)));
        logging.Services.AddSingleton<ILoggerProvider, QueuedConsoleLoggerProvider>();
        logging.Services.AddSingleton<ConsoleFormatter, PrintableConsoleFormatter>();
        logging.Services.AddSingleton<ILoggerProvider, RedisLoggerProvider>();
        logging.Services.AddOptions<ConsoleLoggerOptions>().Configure<IOptions<SiloLoggingOptions>>((console, options) =>
            console.FormatterName = options.Value.Format == LogFormat.json ? ConsoleFormatterNames.Json : PrintableConsoleFormatter.FormatterName);
        logging.Services.AddOptions<LoggerFilterOptions>().Configure<IOptions<SiloLoggingOptions>>((filter, options) =>
        {
            var level = (LogLevel)options.Value.Level;
            filter.MinLevel = level <= LogLevel.Debug ? level : (LogLevel)Math.Max((int)level, (int)LogLevel.Warning);
            filter.Rules.Add(new LoggerFilterRule(providerName: null, "Superhero", level, filter: null));

            // It speaks at every look, and HealthLog when something has changed.
            filter.Rules.Add(new LoggerFilterRule(providerName: null, "Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None, filter: null));

            // It hands out a stack for each connection that is refused, of which ClusterTls speaks.
            filter.Rules.Add(new LoggerFilterRule(providerName: null, "Orleans.Connections.Security", LogLevel.None, filter: null));

            foreach (var talkative in level > LogLevel.Debug ? Talkative : [])
            {
                filter.Rules.Add(new LoggerFilterRule(providerName: null, talkative, LogLevel.Error, filter: null));
            }

            // ASP.NET's authentication speaks under the handler's name, of every request without a password.
            filter.Rules.Add(new LoggerFilterRule(providerName: null, typeof(BasicAuthenticationHandler).FullName, filter.MinLevel, filter: null));
        });
    }
}
