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
    public async Task Health_is_degraded_from_shortly_before_a_certificate_expires_until_it_is_renewed()
    {
        var (certificate, key) = _authority.Issue("silo", DateTimeOffset.UtcNow.AddHours(11));
        var check = Check(new ClusterTlsOptions { Certificate = certificate, Key = key, Authorities = _authority.File });
        var result = await CheckAsync(check);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.StartsWith($"SILO_TLS_CERT ({certificate}) expires at ", result.Description, StringComparison.Ordinal);

        _authority.Issue("silo");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(check)).Status);
    }

    [Fact]
    public async Task Health_without_certificates_is_healthy() =>
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(Check(new ClusterTlsOptions()))).Status);

    private static CertificateHealthCheck Check(ClusterTlsOptions cluster) => new(
        Options.Create(cluster), Options.Create(new PageOptions()), TimeProvider.System, NullLogger<CertificateFiles>.Instance);

    private static Task<HealthCheckResult> CheckAsync(CertificateHealthCheck check) =>
        check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);
}
