using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Superhero.Silo.Health;

/// <summary>Keeps the latest report, which is made in the background: who asks is answered at once, however long a check takes.</summary>
internal sealed class LatestHealth(HealthCheckService checks) : IHealthCheckPublisher
{
    private HealthReport? _report;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        _report = report;
        return Task.CompletedTask;
    }

    /// <summary>The latest report; while there is none yet, one that is made for whoever asks.</summary>
    public async Task<HealthReport> GetAsync(CancellationToken cancellationToken) =>
        _report ?? await checks.CheckHealthAsync(cancellationToken);
}
