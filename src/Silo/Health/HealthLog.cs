using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Superhero.Silo.Health;

/// <summary>Says in the log when the silo's health changes, and why.</summary>
internal sealed partial class HealthLog(ILogger<HealthLog> logger) : IHealthCheckPublisher
{
    private HealthStatus _last = HealthStatus.Healthy;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        if (report.Status != _last)
        {
            _last = report.Status;
            if (report.Status == HealthStatus.Healthy)
            {
                LogHealthy();
            }
            else
            {
                LogUnhealthy(string.Join("; ", report.Entries
                    .Where(entry => entry.Value.Status != HealthStatus.Healthy)
                    .Select(entry => $"{entry.Key}: {entry.Value.Description?.ReplaceLineEndings(" ")}")));
            }
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(501, LogLevel.Information, "Healthy again")]
    private partial void LogHealthy();

    [LoggerMessage(502, LogLevel.Error, "Not healthy: {Reasons}")]
    private partial void LogUnhealthy(string reasons);
}
