using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Simulator.Logging;

/// <summary>Writes the simulator's log: to the terminal, and on Redis Pub/Sub where LOGGER_MODULE is redis.</summary>
/// <param name="redis">Where to publish, or null to publish nothing.</param>
/// <param name="logger">The terminal's log.</param>
public sealed partial class LogTransport(IConnectionMultiplexer? redis, ILogger<LogTransport> logger)
{
    /// <summary>Logs a message. It is published on the channel that is named after the module.</summary>
    /// <param name="module">The module, such as lib.server.lobby.</param>
    /// <param name="message">The message, such as Starting Match.</param>
    /// <param name="task">What it is about.</param>
    /// <param name="level">Its level, as the original names it.</param>
    public async Task PublishAsync(string module, string message, JsonNode? task = null, string level = "INFO")
    {
        LogLine(module, message, task);
        if (redis is not null)
        {
            await redis.GetSubscriber().PublishAsync(
                RedisChannel.Literal(module), LogMessage.Encode(module, message, task, level));
        }
    }

    [LoggerMessage(901, LogLevel.Information, "{Module}: {Message} {Task}")]
    private partial void LogLine(string module, string message, JsonNode? task);
}
