using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Silo.Hosting;

namespace Superhero.Silo.Logging;

/// <summary>Publishes the log on Redis Pub/Sub, too, in the shape of the simulator's log transport. The channel is the
/// category in small letters, such as superhero.grains.games.gamegrain. While Redis is away nothing is published, and nothing at all
/// where LOGGER_MODULE does not ask for it.</summary>
internal sealed class RedisLoggerProvider(RedisConnection redis, IOptions<SiloLoggingOptions> options) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) =>
        options.Value.Format == LogFormat.redis ? new RedisLogger(redis, categoryName.ToLowerInvariant()) : NullLogger.Instance;

    public void Dispose()
    {
    }

    private sealed class RedisLogger(RedisConnection redis, string module) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (redis.IsConnected)
            {
                var level = logLevel == LogLevel.Trace ? LogLevelName.DEBUG : (LogLevelName)logLevel;
                var message = formatter(state, exception);
                redis.Multiplexer.GetSubscriber().Publish(
                    RedisChannel.Literal(module),
                    LogMessage.Encode(module, exception is null ? message : $"{message}\n{exception}", Task(state), level.ToString()),
                    CommandFlags.FireAndForget);
            }
        }

        private static JsonObject? Task(object? state) =>
            (state as IReadOnlyList<KeyValuePair<string, object?>>)?.FirstOrDefault(value => value.Key == "Token").Value is Guid token
                ? new JsonObject { ["game_token"] = token.ToString("D") }
                : null;
    }
}
