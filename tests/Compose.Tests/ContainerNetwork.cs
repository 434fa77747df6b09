using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Superhero.Silo.Hosting;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

/// <summary>A network of processes as Docker makes one for containers: each process has a network namespace with an address
/// of its own, host names for those addresses, and a /tmp. Several of them can exist on one machine at the same time.</summary>
public sealed class ContainerNetwork : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, int> _hosts = [];
    private readonly List<Process> _processes = [];
    private readonly string _id = NewId();
    private readonly string _subnet = UnusedSubnet();

    private string Bridge => $"sh{_id}";

    /// <summary>Whether this user may create network namespaces on this machine.</summary>
    public static async Task<bool> IsAllowedAsync()
    {
        var name = $"superhero-{NewId()}";
        try
        {
            return (await ProgramRun.RunAsync("ip", "netns", "add", name)).ExitCode == 0
                && (await ProgramRun.RunAsync("ip", "netns", "delete", name)).ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Creates the network with a namespace for each name.</summary>
    public static async Task<ContainerNetwork> CreateAsync(params string[] names)
    {
        var network = new ContainerNetwork();
        try
        {
            await RunAsync("link", "add", network.Bridge, "type", "bridge");
            await RunAsync("address", "add", $"{network._subnet}1/24", "dev", network.Bridge);
            await RunAsync("link", "set", network.Bridge, "up");
            foreach (var name in names)
            {
                await network.AddAsync(name);
            }

            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a namespace.</summary>
    public IPAddress Address(string name) => IPAddress.Parse($"{_subnet}{_hosts[name].ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The output of a process so far.</summary>
    public string Log(string name)
    {
        using var reader = new StreamReader(new FileStream(LogOf(name), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Starts a command in a namespace.</summary>
    public Process Start(string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(
            "ip", ["netns", "exec", Namespace(name), "sh", "-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", LogOf(name), .. command]);
        foreach (var variable in SiloSettings.All.Variables)
        {
            start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }

        start.Environment["TMPDIR"] = Directory.CreateDirectory(Path.Combine(_folder.Path, $"{name}.tmp")).FullName;
        start.Environment["HOSTNAME"] = name;
        var process = Process.Start(start)!;
        _processes.Add(process);
        return process;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().WaitAsync(StopLimit);
            process.Dispose();
        }

        foreach (var name in _hosts.Keys)
        {
            await ProgramRun.RunAsync("ip", "netns", "delete", Namespace(name));
            Directory.Delete(HostsFolder(name), recursive: true);
        }

        await ProgramRun.RunAsync("ip", "link", "delete", Bridge);
        _folder.Dispose();
    }

    // Linux allows 15 characters for the name of a link.
    private static string NewId() => Random.Shared.Next(0x1000000).ToString("x6", CultureInfo.InvariantCulture);

    private static string UnusedSubnet()
    {
        var used = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(link => link.GetIPProperties().UnicastAddresses).Select(address => address.Address.ToString()).ToList();
        string subnet;
        do
        {
            subnet = FormattableString.Invariant($"10.{Random.Shared.Next(128, 255)}.{Random.Shared.Next(255)}.");
        }
        while (used.Exists(address => address.StartsWith(subnet, StringComparison.Ordinal)));

        return subnet;
    }

    private static async Task RunAsync(params string[] arguments) => _ = (await ProgramRun.RunAsync("ip", arguments)).SuccessfulOutput;

    private string Namespace(string name) => $"superhero-{_id}-{name}";

    // `ip netns exec` mounts the files of this folder over those of /etc.
    private string HostsFolder(string name) => $"/etc/netns/{Namespace(name)}";

    private string LogOf(string name) => Path.Combine(_folder.Path, $"{name}.log");

    private async Task AddAsync(string name)
    {
        var number = _hosts.Count + 2;
        var (outside, inside) = ($"sh{_id}v{number}", $"eth{number}");
        await RunAsync("netns", "add", Namespace(name));
        _hosts.Add(name, number);
        Directory.CreateDirectory(HostsFolder(name));
        await RunAsync("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", Namespace(name));
        await RunAsync("link", "set", outside, "master", Bridge, "up");
        await RunAsync("-n", Namespace(name), "address", "add", $"{Address(name)}/24", "dev", inside);
        await RunAsync("-n", Namespace(name), "link", "set", inside, "up");
        await RunAsync("-n", Namespace(name), "link", "set", "lo", "up");
        foreach (var known in _hosts.Keys)
        {
            await File.WriteAllLinesAsync(
                Path.Combine(HostsFolder(known), "hosts"),
                ["127.0.0.1 localhost", .. _hosts.Keys.Select(host => $"{Address(host)} {host}")]);
        }
    }
}
