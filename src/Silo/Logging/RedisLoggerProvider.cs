using System.Text.Json.Nodes;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Silo.Logging;

/// <summary>Publishes the log on Redis Pub/Sub, too, in the shape of the simulator's log transport. The channel is the
/// category in small letters, such as superhero.grains.games.gamegrain. While Redis is away nothing is published.</summary>
internal sealed class RedisLoggerProvider(IConnectionMultiplexer redis) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new RedisLogger(redis, categoryName.ToLowerInvariant());

    public void Dispose()
    {
    }

    private sealed class RedisLogger(IConnectionMultiplexer redis, string module) : ILogger
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
                redis.GetSubscriber().Publish(
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
