using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Grains.Load;

namespace Superhero.Silo.Health;

/// <summary>Whether the output folder takes what is written.</summary>
internal sealed class OutputHealthCheck(DurableFolder folder) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            folder.Probe();
            return Task.FromResult(HealthCheckResult.Healthy());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy(exception.Message));
        }
    }
}
