using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Tables.Output;

namespace Superhero.Silo.Health;

/// <summary>Whether the output folder takes what is written.</summary>
internal sealed class OutputHealthCheck(IOutputStore output) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await output.ProbeAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
