using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Settings;

namespace Superhero.Silo.Hosting;

/// <summary>The silo's connection to Redis, which is there before the silo starts.</summary>
internal sealed class RedisConnection(IOptions<RedisOptions> options, IOptionsFactory<RedisOptions> latest) : IAsyncDisposable
{
    private IConnectionMultiplexer? _multiplexer;

    /// <summary>The connection.</summary>
    /// <exception cref="InvalidOperationException">It is not there yet.</exception>
    public IConnectionMultiplexer Multiplexer => _multiplexer ?? throw new InvalidOperationException("There is no connection to Redis yet.");

    /// <summary>What Redis' clock showed when the connection was made.</summary>
    public DateTimeOffset ConnectedAt { get; private set; }

    /// <summary>Whether it is there, and works.</summary>
    public bool IsConnected => _multiplexer is { IsConnected: true };

    /// <summary>Why Redis refuses the user or the password; null while it does not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Waits for Redis.</summary>
    /// <param name="onFailure">Told of each failed try: where Redis is, the reason, in one line, and the wait before the next.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="SettingException">It is of a kind that silos can't work with.</exception>
    public async Task ConnectAsync(Action<RedisOptions, string, TimeSpan> onFailure, CancellationToken cancellationToken)
    {
        try
        {
            _multiplexer = await RedisConnector.ConnectAsync(
                Latest,
                (reason, wait) => onFailure(options.Value, reason, wait),
                cancellationToken,
                configuration => configuration.ConnectionAttemptCompleted += (_, attempt) => Refusal =
                    attempt.FailureType == ConnectionFailureType.AuthenticationFailure ? "refuses the user or the password (WRONGPASS)" : null);
            ConnectedAt = await _multiplexer.TimeAsync();
        }
        catch (RedisCommandException exception)
        {
            throw new SettingException("REDIS_DB", $"{options.Value.Database}", $"a database that is there ({exception.Message.TrimEnd('.')})");
        }
        catch (RedisClusterException)
        {
            throw new SettingException("REDIS_HOST", options.Value.Host, "a Redis that is not a cluster (cluster-enabled no): a game's keys would lie on several of its servers");
        }
        catch (RedisVersionException exception)
        {
            throw new SettingException("REDIS_HOST", options.Value.Host, $"a Redis of version {RedisOptions.LeastVersion} or later ({exception.Message.TrimEnd('.')})");
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _multiplexer?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Read again for each connection, since a file with the password may have been replaced.
    private RedisOptions Latest()
    {
        try
        {
            return latest.Create(Options.DefaultName);
        }
        catch (OptionsValidationException)
        {
            return options.Value;
        }
    }
}
