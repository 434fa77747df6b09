using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Superhero.Silo.Health;

/// <summary>Whether this silo is an active member of the cluster.</summary>
internal sealed class ClusterHealthCheck(ISiloStatusOracle members) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(members.CurrentStatus == SiloStatus.Active
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"this silo is {members.CurrentStatus} in the cluster"));
}
