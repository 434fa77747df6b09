using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

[Trait("Category", "Integration")]
public partial class AccessTests
{
    private const string Login = "ops:pässword:1";

    [Theory]
    [InlineData("DASHBOARD_USER", "HTTP_HOST", "0.0.0.0")]
    [InlineData("DASHBOARD_PASSWORD", "HTTP_HOST", "0.0.0.0", "DASHBOARD_USER", "ops")]
    [InlineData("DASHBOARD_PASSWORD", "DASHBOARD_USER", "ops")]
    public async Task Silo_refuses_to_start_if_its_page_lacks_a_user_or_a_password(string missing, params string[] settings)
    {
        var (exitCode, printed) = await SiloCommand.RunSiloAsync(settings);
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"{missing}: '' is not allowed", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_asks_for_the_password_and_health_checks_do_not()
    {
        await using var cluster = await StartAsync();
        var page = await PageAsync(cluster);
        using var http = new HttpClient();
        foreach (var (credentials, expected) in new[]
        {
            (null, HttpStatusCode.Unauthorized),
            ("ops:", HttpStatusCode.Unauthorized),
            ("ops:wrong", HttpStatusCode.Unauthorized),
            ("other:pässword:1", HttpStatusCode.Unauthorized),
            (Login, HttpStatusCode.OK),
        })
        {
            using var response = await AskAsync(http, page, credentials);
            Assert.Equal(expected, response.StatusCode);
            Assert.Equal(expected == HttpStatusCode.Unauthorized, response.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Basic"));
        }

        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var response = await http.GetAsync(new Uri(page, path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal("0.0.0.0", (await cluster.WaitForEventAsync(1, LogEvents.PageReadable)).Values["HttpHost"]);
        Assert.DoesNotContain(cluster.Events(1), logged => logged.Message.Contains("pässword:1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ten_wrong_passwords_block_their_address_and_no_other()
    {
        await using var cluster = await StartAsync();
        var page = await PageAsync(cluster);
        using var http = new HttpClient();
        HttpResponseMessage? blocked = null;
        await Eventually.HoldsAsync(
            async () => (blocked = await AskAsync(http, page, "ops:wrong")).StatusCode != HttpStatusCode.Unauthorized
                && (await AskAsync(http, page, Login)).StatusCode == HttpStatusCode.TooManyRequests,
            () => $"enough wrong passwords. {cluster.Describe()}");
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked!.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(1), blocked.Headers.RetryAfter!.Delta);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http, page, null)).StatusCode);
        var logged = await cluster.WaitForEventAsync(1, LogEvents.PasswordTriesExceeded);
        Assert.Equal(("10", "127.0.0.1"), (logged.Values["Count"], logged.Values["Remote"]));

        // One address might share its tries with the blocked one; three do not.
        var others = await Task.WhenAll(Enumerable.Range(2, 3).Select(async last =>
        {
            using var elsewhere = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (connecting, cancellationToken) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{last}"), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, connecting.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
            return (await AskAsync(elsewhere, page, Login)).StatusCode;
        }));
        Assert.Contains(HttpStatusCode.OK, others);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("worker")]
    public async Task Silo_logs_in_to_Redis_and_retries_while_the_password_is_wrong(string user)
    {
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "127.0.0.1", Port = port, User = user == "default" ? null : user, Password = "secret" },
            user == "default" ? ["--requirepass", "secret"] : ["--user", "default", "off", "--user", user, "on", ">secret", "~*", "&*", "+@all"]);
        await using var cluster = InProcessCluster.On(
            redis, [.. ClusterBase.CleaningWithoutSweep, ("REDIS_USER", user == "default" ? "" : user), ("REDIS_PASSWORD", "secret")]);
        await ProcessesAGameAsync(cluster);

        cluster.Launch(("REDIS_PASSWORD", "wrong"));
        await cluster.WaitForEventAsync(2, LogEvents.RedisUnreachable, tried => Refusal().IsMatch(tried.Values["Reason"]));
        Assert.DoesNotContain(cluster.Events(1).Concat(cluster.Events(2)), logged => logged.Message.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no")]
    [InlineData("yes")]
    public async Task Silo_connects_to_Redis_by_TLS_and_retries_while_one_side_has_no_valid_certificate(string clientsToo)
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("another");
        var bundle = authority.Write("bundle.crt", string.Concat(new[] { other, authority }.Select(one => File.ReadAllText(one.File))));
        var (certificate, key) = authority.Issue("redis");
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "localhost", Port = port, Password = "secret", Ssl = true, TrustedIssuer = authority.File, Certificate = certificate, Key = key },
            "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", authority.File, "--tls-auth-clients", clientsToo,
            "--requirepass", "secret");
        await using var cluster = InProcessCluster.On(
            redis,
            [
                .. ClusterBase.CleaningWithoutSweep, ("REDIS_SSL", "True"), ("REDIS_PASSWORD", "secret"), ("REDIS_SSL_CA", bundle),
                ("REDIS_SSL_CERT", clientsToo == "yes" ? certificate : ""), ("REDIS_SSL_KEY", clientsToo == "yes" ? key : ""),
            ]);
        await ProcessesAGameAsync(cluster);

        cluster.Launch(clientsToo == "yes" ? [("REDIS_SSL_CERT", ""), ("REDIS_SSL_KEY", "")] : [("REDIS_SSL_CA", "")]);
        await cluster.WaitForEventAsync(2, LogEvents.RedisUnreachable);
    }

    private static Task<InProcessCluster> StartAsync()
    {
        var login = Login.Split(':', 2);
        return InProcessCluster.StartAsync(1, ("HTTP_HOST", "0.0.0.0"), ("DASHBOARD_USER", login[0]), ("DASHBOARD_PASSWORD", login[1]));
    }

    private static async Task<Uri> PageAsync(InProcessCluster cluster) =>
        new UriBuilder(await cluster.Silos[0].Page) { Host = "127.0.0.1" }.Uri;

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, Uri page, string? credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page, "/dashboard/DashboardCounters"));
        request.Headers.Authorization = credentials is null
            ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task ProcessesAGameAsync(InProcessCluster cluster)
    {
        await cluster.LaunchAsync(1);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    // The words are those of Redis' releases and of its client.
    [GeneratedRegex("WRONGPASS|invalid username-password|AuthenticationFailure")]
    private static partial Regex Refusal();
}
