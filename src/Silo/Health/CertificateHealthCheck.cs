using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Superhero.Silo.Access;
using Superhero.Silo.Tls;

namespace Superhero.Silo.Health;

/// <summary>Whether the silo's certificates last: degraded in the last quarter of a certificate's time, or its last week where that is
/// shorter, by which whoever renews them should have done so.</summary>
public sealed class CertificateHealthCheck(
    IOptions<ClusterTlsOptions> cluster, IOptions<PageOptions> page, TimeProvider clock, ILogger<CertificateFiles> logger) : IHealthCheck
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var ending = new[] { cluster.Value.Files, page.Value.Files }.Where(files => files.AreNamed).Select(Ending).FirstOrDefault(line => line is not null);
        return Task.FromResult(ending is null ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(ending));
    }

    private string? Ending(CertificateFiles files)
    {
        var certificate = files.ReadOrKeep(logger).Own.TargetCertificate;
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        var notice = (to - from) / 4 < Week ? (to - from) / 4 : Week;
        var now = clock.GetUtcNow().UtcDateTime;
        return now < to - notice ? null : $"{files.Name} {(now < to ? "expires" : "has expired")} at {to:u}; put a new one into its file, which is read without a restart";
    }
}
