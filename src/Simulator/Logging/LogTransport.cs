using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Simulator.Logging;

/// <summary>Writes the simulator's log: on Redis Pub/Sub, where LOGGER_MODULE is redis, in the original's words, and to the
/// terminal in short.</summary>
/// <param name="redis">Where to publish, or null to publish nothing.</param>
/// <param name="logger">The terminal's log.</param>
public sealed partial class LogTransport(IConnectionMultiplexer? redis, ILogger<LogTransport> logger)
{
    /// <summary>Logs a message. It is published on the channel that is named after the module. On the terminal an attack is
    /// of level DEBUG and anything else of level INFO, and what it is about is named by its tokens alone.
    /// A message that Redis does not take is lost; the silos' sweep finds what it would have announced.</summary>
    /// <param name="module">The module, such as lib.server.lobby.</param>
    /// <param name="message">The message, such as Starting Match.</param>
    /// <param name="task">What it is about.</param>
    /// <param name="level">Its level, as the original names it.</param>
    /// <param name="game">The token of the game that it is about, if any.</param>
    /// <param name="user">The token of the user whom it is about, if any.</param>
    public async Task PublishAsync(
        string module, string message, JsonNode? task = null, string level = "INFO", Guid? game = null, string? user = null)
    {
        if (game is null)
        {
            LogServer(module, message);
        }
        else if (module == LogChannel.Game)
        {
            LogAttack(module, message, game, user);
        }
        else
        {
            LogGame(module, message, game, user);
        }

        if (redis is not null)
        {
            try
            {
                await redis.GetSubscriber().PublishAsync(
                    RedisChannel.Literal(module), LogMessage.Encode(module, message, task, level));
            }
            catch (Exception exception) when (exception.IsRedisFailure())
            {
                // What the message is about has happened, and the game goes on.
                LogNotPublished(module, message, exception.Message);
            }
        }
    }

    [LoggerMessage(901, LogLevel.Information, "{Module}: {Message}")]
    private partial void LogServer(string module, string message);

    [LoggerMessage(902, LogLevel.Information, "{Module}: {Message}, game {Token}, user {User}")]
    private partial void LogGame(string module, string message, Guid? token, string? user);

    [LoggerMessage(903, LogLevel.Debug, "{Module}: {Message}, game {Token}, user {User}")]
    private partial void LogAttack(string module, string message, Guid? token, string? user);

    [LoggerMessage(905, LogLevel.Warning, "Could not publish {Message} on {Module}; it is lost: {Reason}")]
    private partial void LogNotPublished(string module, string message, string reason);
}
