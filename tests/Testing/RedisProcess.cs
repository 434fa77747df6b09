using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Superhero.Testing;

/// <summary>A redis-server process on loopback, in a folder of its own.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private const string LogFile = "redis.log";

    private readonly TemporaryFolder _folder = new();
    private readonly string _program;
    private readonly string[] _arguments;
    private Process _process;

    private RedisProcess(string program, int port, Func<string, string[]> arguments)
    {
        (_program, Port, _arguments) = (program, port, arguments(_folder.Path));
        _process = Launch();
    }

    public int Port { get; }

    /// <summary>The program, which REDIS_SERVER names where it is not redis-server.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("REDIS_SERVER") ?? "redis-server";

    /// <summary>Starts a server.</summary>
    public static RedisProcess Start(string program, int port, bool tls, params string[] arguments)
    {
        var number = port.ToString(CultureInfo.InvariantCulture);
        string[] where = tls ? ["--port", "0", "--tls-port", number] : ["--port", number];
        return new RedisProcess(program, port, folder => [.. where, "--bind", "127.0.0.1", "--dir", folder, .. arguments]);
    }

    /// <summary>Starts a sentinel, which writes down in its file what it learns.</summary>
    public static RedisProcess StartSentinel(int port, params string[] lines) =>
        new(Program, port, folder => [FileOf(folder, port, lines), "--sentinel"]);

    /// <summary>Starts a server that sentinels watch: it writes down in its file which role they give it, and has it when it is started again.</summary>
    public static RedisProcess StartWatched(int port, params string[] lines) => new(Program, port, folder => [FileOf(folder, port, lines)]);

    /// <summary>Whether it takes connections.</summary>
    public async Task<bool> ListensAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The lines of its log.</summary>
    public IEnumerable<string> Log() => File.ReadLines(Path.Combine(_folder.Path, LogFile));

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its role: master, slave, or nothing while it does not answer.</summary>
    public async Task<string> RoleAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            await client.GetStream().WriteAsync("ROLE\r\n"u8.ToArray());
            using var reader = new StreamReader(client.GetStream());
            await reader.ReadLineAsync();
            await reader.ReadLineAsync();
            return await reader.ReadLineAsync() ?? "";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return "";
        }
    }

    /// <summary>Ends it at once.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
    }

    /// <summary>Starts it again, with what it has on its disk.</summary>
    public void StartAgain()
    {
        _process.Dispose();
        _process = Launch();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private static string FileOf(string folder, int port, string[] lines)
    {
        var file = Path.Combine(folder, "redis.conf");
        File.WriteAllLines(file, [$"port {port}", "bind 127.0.0.1", $"dir \"{folder}\"", $"logfile {LogFile}", .. lines]);
        return file;
    }

    private Process Launch()
    {
        var process = Process.Start(new ProcessStartInfo(_program, _arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
