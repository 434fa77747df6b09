using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

[Trait("Category", "Integration")]
public class HttpsTests
{
    [Fact]
    public async Task Page_with_a_certificate_is_served_by_HTTPS_only_and_a_renewed_certificate_is_used_at_once()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue("page");
        await using var cluster = await InProcessCluster.StartAsync(
            1, ("HTTP_HOST", "0.0.0.0"), ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD", "right"), ("HTTP_TLS_CERT", certificate), ("HTTP_TLS_KEY", key));
        var page = await cluster.Silos[0].Page;
        Assert.StartsWith("https://0.0.0.0:", page.AbsoluteUri, StringComparison.Ordinal);
        page = new UriBuilder(page) { Host = "localhost" }.Uri;
        var before = await FingerprintAsync(page, authority.File);
        authority.Issue("page");
        Assert.NotEqual(before, await FingerprintAsync(page, authority.File));

        using var http = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(
            new UriBuilder(page) { Scheme = "http" }.Uri, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(cluster.Events(1), logged => logged.Id == LogEvents.PageReadable);
    }

    // Asks for the page, and trusts no other authority.
    private static async Task<string> FingerprintAsync(Uri page, string authority)
    {
        var shown = "";
        using var trusted = X509CertificateLoader.LoadCertificateFromFile(authority);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions =
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { trusted }, RevocationMode = X509RevocationMode.NoCheck,
                },
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    shown = certificate!.GetCertHashString();
                    return errors == SslPolicyErrors.None;
                },
            },
        });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("ops:right"u8));
        await http.GetStringAsync(page, TestContext.Current.CancellationToken);
        return shown;
    }
}
