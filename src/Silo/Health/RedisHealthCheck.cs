using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Redis;
using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Health;

/// <summary>Whether Redis takes what is written, and what it says is heard.</summary>
internal sealed class RedisHealthCheck(IConnectionMultiplexer redis, ChannelSubscription listener, IOptions<GameOptions> game, IOptions<RedisOptions> options) : IHealthCheck
{
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A write, since a Redis that is out of memory still answers.
            await redis.GetDatabase().StringSetAsync($"superhero/health/{game.Value.HostName}", "", Brief);
            return listener.StaleChannels.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"nothing is heard on {string.Join(", ", listener.StaleChannels)}");
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"Redis at {options.Value}: {exception.Message}");
        }
    }
}
