using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Grains.Games;

namespace Superhero.Silo.Health;

/// <summary>Whether games come to their end: degraded while some fail, or take far too long.</summary>
internal sealed class GamesHealthCheck(GamesInWork games) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(games.Problem is { } problem ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy());
}
