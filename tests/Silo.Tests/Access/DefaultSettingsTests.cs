using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

[Trait("Category", "Integration")]
public class DefaultSettingsTests
{
    // Orleans warns if other tests keep the cores busy.
    private static readonly string[] WarnOfABusyMachine = ["Orleans.Runtime.Scheduler.WorkItemGroup", "LocalSiloHealthMonitor"];

    [Fact]
    public async Task Silo_on_default_settings_listens_on_loopback_only_ignores_credentials_and_logs_no_warning()
    {
        // The images of .NET set these variables for every program.
        await using var cluster = await SiloCluster.StartAsync(1, ("ASPNETCORE_HTTP_PORTS", "8080"), ("ASPNETCORE_URLS", "http://*:8080"));

        // Orleans' watchdog has checked the silo by the time that it is an active member of its cluster.
        await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        var addresses = ListeningAddresses(cluster.Silos[0].Process.Id).ToList();
        Assert.Equal(3, addresses.Count);
        Assert.All(addresses, address => Assert.StartsWith("127.0.0.1:", address, StringComparison.Ordinal));

        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri((await cluster.PagesAsync())[0], "/metrics"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(":"u8));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await cluster.WaitForEventAsync(1, LogEvents.SiloStarted);
        Assert.All(
            cluster.Events(1).Where(logged => !WarnOfABusyMachine.Any(logged.Category.Contains)),
            logged => Assert.True(logged.Level == LogLevel.Information, $"{logged}"));
    }

    // /proc lists the sockets of a process by their inodes, and addresses as reversed hexadecimal.
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
