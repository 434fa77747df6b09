using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Superhero.Redis;
using Superhero.Silo.Access;
using Superhero.Silo.Tls;

namespace Superhero.Silo.Health;

/// <summary>Whether the silo's certificates last: degraded in the last quarter of a certificate's time, or its last week where that is
/// shorter, by which whoever renews them should have done so.</summary>
public sealed class CertificateHealthCheck(
    IOptions<ClusterTlsOptions> cluster, IOptions<PageOptions> page, IOptions<RedisOptions> redis, TimeProvider clock, ILogger<CertificateFiles> logger) : IHealthCheck
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var ending = Certificates().Select(one => Ending(one.Name, one.Certificate)).FirstOrDefault(line => line is not null);
        return Task.FromResult(ending is null ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(ending));
    }

    private IEnumerable<(string Name, X509Certificate2 Certificate)> Certificates()
    {
        foreach (var files in new[] { cluster.Value.Files, page.Value.Files }.Where(files => files.AreNamed))
        {
            yield return (files.Name, files.ReadOrKeep(logger).Own.TargetCertificate);
        }

        foreach (var certificate in redis.Value.Certificates)
        {
            yield return certificate;
        }
    }

    private string? Ending(string name, X509Certificate2 certificate)
    {
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        var notice = (to - from) / 4 < Week ? (to - from) / 4 : Week;
        var now = clock.GetUtcNow().UtcDateTime;
        return now < to - notice ? null : $"{name} {(now < to ? "expires" : "has expired")} at {to:u}; put a new one into its file, which is read without a restart";
    }
}
