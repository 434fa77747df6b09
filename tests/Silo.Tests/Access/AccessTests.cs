using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

[Trait("Category", "Integration")]
public class AccessTests
{
    [Theory]
    [InlineData("DASHBOARD_USER", "HTTP_HOST", "0.0.0.0")]
    [InlineData("DASHBOARD_PASSWORD", "HTTP_HOST", "0.0.0.0", "DASHBOARD_USER", "ops")]
    [InlineData("DASHBOARD_PASSWORD", "DASHBOARD_USER", "ops")]
    public async Task On_an_address_that_others_reach_a_silo_without_a_password_does_not_start(string named, params string[] settings)
    {
        var (exitCode, said) = await SiloCommand.RunSiloAsync(settings);
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"{named}: '' is not allowed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dashboard_asks_for_the_password_and_the_health_checks_do_not()
    {
        await using var cluster = await SiloCluster.StartAsync(
            1, ("HTTP_HOST", "0.0.0.0"), ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD", "pässword:1"));
        var dashboard = new UriBuilder(await cluster.Silos[0].Dashboard) { Host = "127.0.0.1" }.Uri;
        using var http = new HttpClient();
        foreach (var (credentials, expected) in new[]
        {
            (null, HttpStatusCode.Unauthorized),
            ("ops:", HttpStatusCode.Unauthorized),
            ("ops:wrong", HttpStatusCode.Unauthorized),
            ("other:pässword:1", HttpStatusCode.Unauthorized),
            ("ops:pässword:1", HttpStatusCode.OK),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(dashboard, "/dashboard/DashboardCounters"));
            request.Headers.Authorization = credentials is null
                ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(expected, response.StatusCode);
            Assert.Equal(expected == HttpStatusCode.Unauthorized, response.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Basic"));
        }

        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var response = await http.GetAsync(new Uri(dashboard, path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.DoesNotContain("pässword", cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_password_is_set_none_is_looked_at()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(await cluster.Silos[0].Dashboard, "/metrics"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(":"u8));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Every_port_listens_on_loopback_alone()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        await cluster.Silos[0].Dashboard;
        Assert.Equal(3, ListeningAddresses(cluster.Silos[0].Process.Id).Count(address => address.StartsWith("127.0.0.1:", StringComparison.Ordinal)));
        Assert.All(ListeningAddresses(cluster.Silos[0].Process.Id), address => Assert.StartsWith("127.0.0.1:", address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("worker")]
    public async Task A_Redis_that_demands_a_password_is_logged_in_to(string user)
    {
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "127.0.0.1", Port = port, User = user == "default" ? null : user, Password = "secret" },
            user == "default" ? ["--requirepass", "secret"] : ["--user", "default", "off", "--user", user, "on", ">secret", "~*", "&*", "+@all"]);
        await using var cluster = SiloCluster.On(
            redis, ("REDIS_USER", user == "default" ? "" : user), ("REDIS_PASSWORD", "secret"), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"));
        await DoesAGameAsync(cluster);

        cluster.Launch(("REDIS_PASSWORD", "wrong"));
        await Eventually.HoldsAsync(() => cluster.Log(2).Contains("can't be reached; next try in", StringComparison.Ordinal), () => cluster.Log(2));
        Assert.Matches("WRONGPASS|invalid username-password|AuthenticationFailure", cluster.Log(2));
        Assert.DoesNotContain("secret", cluster.Log(1) + cluster.Log(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public async Task A_Redis_with_TLS_is_reached_by_it_and_one_that_can_not_prove_itself_is_refused(string clientsToo)
    {
        using var folder = new TemporaryFolder();
        var (certificate, key) = await CertificateAsync(folder.Path);
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "localhost", Port = port, Password = "secret", Ssl = true, TrustedIssuer = certificate, Certificate = certificate, Key = key },
            "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", clientsToo,
            "--requirepass", "secret");
        await using var cluster = SiloCluster.On(
            redis, ("REDIS_SSL", "True"), ("REDIS_PASSWORD", "secret"), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("REDIS_SSL_CA", certificate),
            ("REDIS_SSL_CERT", clientsToo == "yes" ? certificate : ""), ("REDIS_SSL_KEY", clientsToo == "yes" ? key : ""));
        await DoesAGameAsync(cluster);

        cluster.Launch(clientsToo == "yes" ? [("REDIS_SSL_CERT", ""), ("REDIS_SSL_KEY", "")] : [("REDIS_SSL_CA", "")]);
        await Eventually.HoldsAsync(() => cluster.Log(2).Contains("can't be reached; next try in", StringComparison.Ordinal), () => cluster.Log(2));
    }

    private static async Task DoesAGameAsync(SiloCluster cluster)
    {
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await GameAssertions.IsProcessedOnceAnnouncedAsync(game, cluster);
        GameAssertions.HasRows([game], cluster.Output);
    }

    private static async Task<(string Certificate, string Key)> CertificateAsync(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(folder, "redis.crt"), Path.Combine(folder, "redis.key"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    // /proc knows the sockets of a process by their inodes, and addresses as reversed hexadecimal.
    private static IEnumerable<string> ListeningAddresses(int process)
    {
        var sockets = Directory.GetFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).ToHashSet();
        return new[] { "tcp", "tcp6" }
            .SelectMany(table => File.ReadLines($"/proc/{process}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && sockets.Contains($"socket:[{fields[9]}]"))
            .Select(fields => fields[1].Split(':'))
            .Select(address => (address[0].Length == 8
                ? new IPAddress(Convert.FromHexString(address[0]).Reverse().ToArray()).ToString()
                : address[0]) + ":" + Convert.ToInt32(address[1], 16));
    }
}
