using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Tables.Output;

namespace Superhero.Silo.Health;

/// <summary>Whether the output store takes files. While it does not, no game is admitted to work.</summary>
public sealed class OutputHealthCheck(ObservedOutputStore output) : IHealthCheck
{
    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await output.LookAsync(cancellationToken) is { } problem
            ? HealthCheckResult.Unhealthy($"{problem.TrimEnd('.')}; games wait in Redis meanwhile")
            : HealthCheckResult.Healthy();
}
