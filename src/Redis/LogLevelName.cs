namespace Superhero.Redis;

/// <summary>LOG_LEVEL: the least severe line that is logged, by its Python name; the numbers are those of .NET.</summary>
public enum LogLevelName
{
    /// <summary>Everything.</summary>
    DEBUG = 1,

    /// <summary>What happens in the ordinary course.</summary>
    INFO = 2,

    /// <summary>What may need a look.</summary>
    WARNING = 3,

    /// <summary>What failed.</summary>
    ERROR = 4,

    /// <summary>What ends the process.</summary>
    CRITICAL = 5,
}
