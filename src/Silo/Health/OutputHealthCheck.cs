using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Tables.Output;

namespace Superhero.Silo.Health;

/// <summary>Whether the output folder takes what is written.</summary>
internal sealed class OutputHealthCheck(IOutput output) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await output.Probe();
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
