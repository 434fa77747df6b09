using System.Diagnostics;
using System.Globalization;
using System.Net;
using Superhero.Silo.Hosting;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

/// <summary>What Docker makes for containers, by the same means of Linux: for each process a network namespace with an
/// address of its own, names that lead to those addresses, and a /tmp. All of it is on a bridge of this machine.</summary>
public sealed class ContainerNetwork : IAsyncDisposable
{
    private const string Bridge = "superhero0";
    private const string Subnet = "10.231.17.";
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, int> _hosts = [];
    private readonly List<(string Name, Process Process)> _processes = [];

    /// <summary>Whether this machine lets this user make namespaces.</summary>
    public static async Task<bool> IsAllowedAsync()
    {
        try
        {
            return await RunAsync("ip", "netns", "add", "superhero-try") == 0 && await RunAsync("ip", "netns", "delete", "superhero-try") == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Makes the bridge, and a namespace for each name.</summary>
    public static async Task<ContainerNetwork> CreateAsync(params string[] names)
    {
        var network = new ContainerNetwork();
        await network.RunOrThrowAsync("ip", "link", "add", Bridge, "type", "bridge");
        await network.RunOrThrowAsync("ip", "address", "add", $"{Subnet}1/24", "dev", Bridge);
        await network.RunOrThrowAsync("ip", "link", "set", Bridge, "up");
        foreach (var name in names)
        {
            await network.AddAsync(name);
        }

        return network;
    }

    /// <summary>The address of a namespace.</summary>
    public IPAddress Address(string name) => IPAddress.Parse($"{Subnet}{_hosts[name].ToString(CultureInfo.InvariantCulture)}");

    /// <summary>What a process has said so far.</summary>
    public string Log(string name)
    {
        using var reader = new StreamReader(new FileStream(LogOf(name), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Starts a command in a namespace.</summary>
    public Process Start(string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(_folder.Path, $"{name}.tmp")).FullName;
        var start = new ProcessStartInfo("ip", ["netns", "exec", Namespace(name), "sh", "-c", $"exec \"$@\" >'{LogOf(name)}' 2>&1", "sh", .. command]);
        foreach (var variable in SiloSettings.All.Variables)
        {
            start.Environment.Remove(variable);
        }

        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }

        start.Environment["TMPDIR"] = temporary;
        start.Environment["HOSTNAME"] = name;
        var process = Process.Start(start)!;
        _processes.Add((name, process));
        return process;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        foreach (var name in _hosts.Keys)
        {
            await RunAsync("ip", "netns", "delete", Namespace(name));
            Directory.Delete(HostsFolder(name), recursive: true);
        }

        await RunAsync("ip", "link", "delete", Bridge);
        _folder.Dispose();
    }

    private static string Namespace(string name) => $"superhero-{name}";

    // What is here is laid over /etc within the namespace.
    private static string HostsFolder(string name) => $"/etc/netns/{Namespace(name)}";

    private string LogOf(string name) => Path.Combine(_folder.Path, $"{name}.log");

    private async Task AddAsync(string name)
    {
        var number = _hosts.Count + 2;
        var (outside, inside) = ($"superhero{number}", $"eth{number}");
        await RunOrThrowAsync("ip", "netns", "add", Namespace(name));
        _hosts.Add(name, number);
        await RunOrThrowAsync("ip", "link", "add", outside, "type", "veth", "peer", "name", inside);
        await RunOrThrowAsync("ip", "link", "set", outside, "master", Bridge, "up");
        await RunOrThrowAsync("ip", "link", "set", inside, "netns", Namespace(name));
        await RunOrThrowAsync("ip", "-n", Namespace(name), "address", "add", $"{Address(name)}/24", "dev", inside);
        await RunOrThrowAsync("ip", "-n", Namespace(name), "link", "set", inside, "up");
        await RunOrThrowAsync("ip", "-n", Namespace(name), "link", "set", "lo", "up");
        foreach (var known in _hosts.Keys)
        {
            Directory.CreateDirectory(HostsFolder(known));
            await File.WriteAllLinesAsync(
                Path.Combine(HostsFolder(known), "hosts"),
                ["127.0.0.1 localhost", .. _hosts.Keys.Select(host => $"{Address(host)} {host}")]);
        }
    }

    private async Task RunOrThrowAsync(string program, params string[] arguments)
    {
        if (await RunAsync(program, arguments) != 0)
        {
            await DisposeAsync();
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed");
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
