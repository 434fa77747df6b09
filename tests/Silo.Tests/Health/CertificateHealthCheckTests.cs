using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Superhero.Silo.Access;
using Superhero.Silo.Health;
using Superhero.Silo.Tls;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Health;

public sealed class CertificateHealthCheckTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task A_certificate_that_nobody_renews_in_time_is_a_yellow_light_until_somebody_does()
    {
        var (certificate, key) = _authority.Issue("silo", DateTimeOffset.UtcNow.AddHours(11));
        var check = Check(new ClusterTlsOptions { Certificate = certificate, Key = key, Authorities = _authority.File });
        var result = await LookAsync(check);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.StartsWith($"SILO_TLS_CERT ({certificate}) expires at ", result.Description, StringComparison.Ordinal);

        _authority.Issue("silo");
        Assert.Equal(HealthStatus.Healthy, (await LookAsync(check)).Status);
    }

    [Fact]
    public async Task Without_certificates_all_is_well() =>
        Assert.Equal(HealthStatus.Healthy, (await LookAsync(Check(new ClusterTlsOptions()))).Status);

    private static CertificateHealthCheck Check(ClusterTlsOptions cluster) => new(
        Options.Create(cluster), Options.Create(new PageOptions()), TimeProvider.System, NullLogger<CertificateFiles>.Instance);

    private static Task<HealthCheckResult> LookAsync(CertificateHealthCheck check) =>
        check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
}
