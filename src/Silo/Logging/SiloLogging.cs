namespace Superhero.Silo.Logging;

/// <summary>The silo's log.</summary>
internal static class SiloLogging
{
    /// <summary>Writes to the terminal what LOG_LEVEL asks for; of the libraries only what is wrong, unless all is
    /// asked for.</summary>
    public static void AddSiloLogging(this ILoggingBuilder logging, SiloOptions options)
    {
        var level = (LogLevel)options.LogLevel;
        var others = level <= LogLevel.Debug ? level : (LogLevel)Math.Max((int)level, (int)LogLevel.Warning);
        logging.ClearProviders()
            .SetMinimumLevel(others)
            .AddFilter("Superhero", level);
        if (options.LogFormat == LogFormat.json)
        {
            logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            });
        }
    }
}
