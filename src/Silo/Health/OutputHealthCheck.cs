using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Tables.Output;

namespace Superhero.Silo.Health;

/// <summary>Whether the output store takes what is written. While games are written, they say so; an idle one is probed.</summary>
public sealed class OutputHealthCheck(ObservedOutputStore output) : IHealthCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // A disk that hangs answers no probe, and so has one thread wait for it, not another with each look.
    private Task _probe = Task.CompletedTask;

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (output.WroteLately)
        {
            return HealthCheckResult.Healthy();
        }

        try
        {
            if (_probe.IsCompleted)
            {
                _probe = Task.Run(output.ProbeAsync, CancellationToken.None);
            }

            await _probe.WaitAsync(Timeout, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"{output} does not answer");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
