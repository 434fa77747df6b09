using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Testing;

/// <summary>A redis-server process of its own, on loopback, that keeps nothing.</summary>
public sealed class RealRedis : IAsyncDisposable
{
    private readonly Process _process;

    private RealRedis(Process process, RedisOptions options, IConnectionMultiplexer connection)
    {
        _process = process;
        Options = options;
        Connection = connection;
    }

    public RedisOptions Options { get; }

    public IConnectionMultiplexer Connection { get; }

    public IServer Server => Connection.GetServers()[0];

    public static async Task<RealRedis> Start()
    {
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(
            "redis-server", ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        {
            RedirectStandardOutput = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var options = new RedisOptions("127.0.0.1", port);
        return new RealRedis(process, options, await RedisConnector.ConnectAsync(options, (_, _) => { }, CancellationToken.None));
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The keys of games and of their processing.</summary>
    public string[] GameKeys() =>
        [.. Server.Keys(pattern: "games:*").Concat(Server.Keys(pattern: "superhero/record/*")).Select(key => key.ToString())];

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
