using System.Net;
using System.Net.Sockets;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Network;

[Trait("Category", "Integration")]
public class DualStackTests
{
    [Fact]
    public async Task Page_on_all_addresses_of_IPv6_answers_on_IPv4_too()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var cluster = await InProcessCluster.StartAsync(1, ("HTTP_HOST", "::"), ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD", "secret"));
        var port = (await cluster.Silos[0].Page).Port;
        using var http = new HttpClient();
        foreach (var address in new[] { "127.0.0.1", "[::1]" })
        {
            using var answer = await http.GetAsync(new Uri($"http://{address}:{port}/health/live"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Page_on_all_addresses_of_IPv6_answers_on_a_machine_without_IPv6()
    {
        await using var cluster = await SiloCluster.StartAsync(
            1, ("HTTP_HOST", "::"), ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD", "secret"), ("DOTNET_SYSTEM_NET_DISABLEIPV6", "1"));
        var page = (await cluster.PagesAsync()).Single();

        // The variable keeps .NET from IPv6, but the kernel would still take the address.
        Assert.Equal("0.0.0.0", page.Host);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{page.Port}/health/live"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
