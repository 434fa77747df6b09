using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Superhero.Silo.Health;

/// <summary>Says in the log when a part of the silo's health changes, and why.</summary>
internal sealed partial class HealthLog(ILogger<HealthLog> logger) : IHealthCheckPublisher
{
    private string _last = "";

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var ill = report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).ToList();
        var now = string.Join(", ", ill.Select(entry => $"{entry.Key}: {entry.Value.Status}"));
        if (now != _last)
        {
            _last = now;
            if (ill.Count == 0)
            {
                LogHealthy();
            }
            else
            {
                LogUnhealthy(string.Join("; ", ill.Select(entry => $"{entry.Key}: {entry.Value.Description?.ReplaceLineEndings(" ")}")));
            }
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(501, LogLevel.Information, "All health checks are healthy again")]
    private partial void LogHealthy();

    [LoggerMessage(502, LogLevel.Error, "A health check is not healthy: {Reasons}")]
    private partial void LogUnhealthy(string reasons);
}
