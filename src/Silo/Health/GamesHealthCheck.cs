using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Grains.Games;

namespace Superhero.Silo.Health;

/// <summary>Whether games come to their end: degraded while some fail or take far too long, or while the sweep or the merging fails.</summary>
internal sealed class GamesHealthCheck(GameAdmission admission, GameFailures failures) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((admission.Problem ?? failures.Problem) is { } problem ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy());
}
