using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Silo.Hosting;
using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Health;

/// <summary>Whether Redis takes what is written, and what it says is heard.</summary>
internal sealed class RedisHealthCheck(
    RedisConnection connection, IConnectionMultiplexer redis, ChannelSubscription listener, UnknownGames unknown, IOptions<GameOptions> game, IOptions<RedisOptions> options, TimeProvider clock) : IHealthCheck
{
    private static readonly TimeSpan PolicyInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(1);

    private long? _lookedAt;
    private string? _policy;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // A write, since a Redis that is out of memory still answers.
            await redis.GetDatabase().StringSetAsync($"superhero/health/{game.Value.HostName}", "", Brief);
            return listener.StaleChannels.Count > 0 ? HealthCheckResult.Unhealthy($"nothing is heard on {string.Join(", ", listener.StaleChannels)}")
                : listener.ForbiddenChannels.Count > 0 ? HealthCheckResult.Degraded($"Redis does not permit to listen on {string.Join(", ", listener.ForbiddenChannels)}")
                : unknown.Count > UnknownGames.Limit && !await redis.GetDatabase().KeyExistsAsync(StatisticsKeys.Totals) ? HealthCheckResult.Degraded(
                    $"received {unknown.Count} messages about games that database {options.Value.Database} does not contain; do the game servers use another REDIS_DB?")
                : await EvictionAsync() is { } policy ? HealthCheckResult.Degraded($"Redis throws keys away when it is full, and games with them; set its maxmemory-policy to noeviction ({policy} now)")
                : HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy(connection.Refusal is { } refusal ? $"Redis at {options.Value} {refusal}" : $"Redis at {options.Value}: {exception.Message}");
        }
    }

    // By INFO, since many a Redis forbids CONFIG; where it forbids both, nothing is said. Policies that spare keys without an expiry harm no game.
    private async Task<string?> EvictionAsync()
    {
        if (_lookedAt is { } then && clock.GetElapsedTime(then) < PolicyInterval)
        {
            return _policy;
        }

        string? info = null;
        try
        {
            info = (string?)await redis.GetDatabase().ExecuteAsync("INFO", "memory");
        }
        catch (RedisServerException exception) when (exception.IsForbidden())
        {
        }

        var memory = (info ?? "").Split("\r\n")
            .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        _policy = memory["maxmemory_policy"].FirstOrDefault() is { } policy && policy.StartsWith("allkeys", StringComparison.Ordinal)
            && memory["maxmemory"].FirstOrDefault() is not (null or "0") ? policy : null;
        _lookedAt = clock.GetTimestamp();
        return _policy;
    }
}
