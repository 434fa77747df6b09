using System.Net;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

[Trait("Category", "Integration")]
public class RequestTests
{
    [Fact]
    public async Task Page_without_a_password_answers_requests_for_loopback_and_allowed_hosts_only()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, ("HTTP_ALLOWED_HOSTS", "silo.example"));
        var page = await cluster.Silos[0].Page;
        foreach (var (host, path, expected) in new[]
        {
            ("evil.example", "/", HttpStatusCode.BadRequest),
            ("evil.example", "/dashboard/DashboardCounters", HttpStatusCode.BadRequest),
            ("evil.example", "/health/live", HttpStatusCode.OK),
            ("silo.example", "/", HttpStatusCode.OK),
            ("localhost", "/", HttpStatusCode.OK),
            ("127.0.0.1:1", "/", HttpStatusCode.OK),
            ("[::1]", "/", HttpStatusCode.OK),
        })
        {
            using var answer = await AskAsync(HttpMethod.Get, new Uri(page, path), host);
            Assert.Equal((host, path, expected), (host, path, answer.StatusCode));
        }
    }

    [Fact]
    public async Task HEAD_is_answered_as_GET_without_a_body()
    {
        await using var cluster = await InProcessCluster.StartAsync(1);
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
        var page = await cluster.Silos[0].Page;
        foreach (var path in new[] { "/", "/statistics", "/health/ready", "/health/live" })
        {
            using var answer = await AskAsync(HttpMethod.Head, new Uri(page, path), "localhost");
            Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpMethod method, Uri address, string host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Host = host;
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
