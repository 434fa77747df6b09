using System.ComponentModel;
using Microsoft.Extensions.Configuration;
using Superhero.Redis;

namespace Superhero.Silo.Logging;

/// <summary>What the silo logs, and how.</summary>
public sealed class SiloLoggingOptions
{
    /// <summary>LOGGER_MODULE: how log lines look.</summary>
    [ConfigurationKeyName("LOGGER_MODULE"), Description("default for readable lines, json for JSON, redis to publish the lines on Redis, too")]
    public LogFormat Format { get; set; }

    /// <summary>LOG_LEVEL: the least severe line that is logged.</summary>
    [ConfigurationKeyName("LOG_LEVEL"), Description("the least severe line that is logged: CRITICAL, ERROR, WARNING, INFO or DEBUG")]
    public LogLevelName Level { get; set; } = LogLevelName.INFO;
}

/// <summary>LOGGER_MODULE: how the silo's log lines look.</summary>
public enum LogFormat
{
    /// <summary>A readable line.</summary>
    @default,

    /// <summary>A JSON object a line.</summary>
    json,

    /// <summary>A readable line, which is published on Redis, too.</summary>
    redis,
}
