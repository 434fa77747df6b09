using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
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
            using var response = await AskAsync(http, dashboard, credentials);
            Assert.Equal(expected, response.StatusCode);
            Assert.Equal(expected == HttpStatusCode.Unauthorized, response.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Basic"));
        }

        foreach (var path in new[] { "/health/live", "/health/ready" })
        {
            using var response = await http.GetAsync(new Uri(dashboard, path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.DoesNotContain("pässword", cluster.Log(1), StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            () => cluster.Log(1).Contains("Others can reach the page at 0.0.0.0, and the password travels readable", StringComparison.Ordinal), () => cluster.Log(1));
    }

    [Fact]
    public async Task Who_tries_many_passwords_has_to_wait_and_holds_up_nobody_elsewhere()
    {
        await using var cluster = await SiloCluster.StartAsync(1, ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD", "right"));
        var dashboard = new UriBuilder(await cluster.Silos[0].Dashboard) { Host = "127.0.0.1" }.Uri;
        using var http = new HttpClient();
        HttpResponseMessage? response = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                response = await AskAsync(http, dashboard, "ops:wrong");
                return response.StatusCode != HttpStatusCode.Unauthorized;
            },
            () => "enough wrong passwords");
        Assert.Equal((HttpStatusCode)429, response!.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(1), response.Headers.RetryAfter!.Delta);
        Assert.Equal((HttpStatusCode)429, (await AskAsync(http, dashboard, "ops:right")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(http, dashboard, null)).StatusCode);
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains("10 wrong passwords came from 127.0.0.1", StringComparison.Ordinal), () => cluster.Log(1));

        // One of them might fall together with the address that has to wait; all of them do not.
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
            return (await AskAsync(elsewhere, dashboard, "ops:right")).StatusCode;
        }));
        Assert.Contains(HttpStatusCode.OK, others);
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
        using var authority = new TestAuthority();
        using var other = new TestAuthority("another");
        var bundle = authority.Write("bundle.crt", await File.ReadAllTextAsync(other.File, TestContext.Current.CancellationToken) + await File.ReadAllTextAsync(authority.File, TestContext.Current.CancellationToken));
        var (certificate, key) = authority.Issue("redis");
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "localhost", Port = port, Password = "secret", Ssl = true, TrustedIssuer = authority.File, Certificate = certificate, Key = key },
            "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", authority.File, "--tls-auth-clients", clientsToo,
            "--requirepass", "secret");
        await using var cluster = SiloCluster.On(
            redis, ("REDIS_SSL", "True"), ("REDIS_PASSWORD", "secret"), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("REDIS_SSL_CA", bundle),
            ("REDIS_SSL_CERT", clientsToo == "yes" ? certificate : ""), ("REDIS_SSL_KEY", clientsToo == "yes" ? key : ""));
        await DoesAGameAsync(cluster);

        cluster.Launch(clientsToo == "yes" ? [("REDIS_SSL_CERT", ""), ("REDIS_SSL_KEY", "")] : [("REDIS_SSL_CA", "")]);
        await Eventually.HoldsAsync(() => cluster.Log(2).Contains("can't be reached; next try in", StringComparison.Ordinal), () => cluster.Log(2));
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, Uri page, string? credentials)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page, "/dashboard/DashboardCounters"));
        request.Headers.Authorization = credentials is null
            ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task DoesAGameAsync(SiloCluster cluster)
    {
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await GameAssertions.IsProcessedOnceAnnouncedAsync(game, cluster);
        GameAssertions.HasRows([game], cluster.Output);
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
