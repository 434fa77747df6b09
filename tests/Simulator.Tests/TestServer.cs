using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Superhero.Redis;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Players;
using Superhero.Simulator.Server;
using Superhero.Testing;

namespace Superhero.Simulator.Tests;

/// <summary>A simulator server with its own redis-server, which tests call over real WebSockets.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private WebApplication _server = null!;

    // .NET's images set this port, which the server must ignore without a warning.
    static TestServer() => Environment.SetEnvironmentVariable("ASPNETCORE_HTTP_PORTS", "8080");

    public RealRedis Redis { get; private set; } = null!;

    public int Port { get; } = Ports.Free();

    public static async Task<TestServer> StartAsync(bool heroes = true, double lobbyTimeout = 60, LogLevelName level = LogLevelName.ERROR, ILoggerProvider? logs = null)
    {
        var server = new TestServer { Redis = await RealRedis.StartAsync() };
        await server.LaunchAsync(heroes, lobbyTimeout, level, logs);
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        Redis = await RealRedis.StartAsync();
        await LaunchAsync(heroes: true, 60, LogLevelName.ERROR, null);
    }

    /// <summary>Plays games of two or three bots until every bot has played its share.</summary>
    /// <returns>The bots' reports.</returns>
    public async Task<IReadOnlyCollection<string>> PlayAsync(int bots, int games)
    {
        var options = new PlayerOptions { Host = "127.0.0.1", Port = Port, Games = games };
        var reports = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, bots).Select(_ => new Bot(options, reports.Enqueue).PlayAsync(TestContext.Current.CancellationToken))).WaitAsync(Limit);
        return reports;
    }

    public async Task<Connection> ConnectAsync(string path)
    {
        var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(Limit);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/api/v1/{path}"), limit.Token);
        return new Connection(socket);
    }

    public async Task<JsonObject> RequestAsync(string path, string text)
    {
        using var connection = await ConnectAsync(path);
        return await connection.RequestAsync(text);
    }

    public async Task<string> LoginAsync(string user)
    {
        using var connection = await ConnectAsync("login");
        var answer = await connection.RequestAsync($$$"""{"PAYLOAD": {"USER": "{{{user}}}"}}""");
        return (string)(answer["STATUS"] is null ? answer : await connection.ReceiveAsync())["PAYLOAD"]!["USER_TOKEN"]!;
    }

    public async Task<string> FindGameAsync(string user, int size) =>
        (string)(await RequestAsync("game/find", $$$"""{"PAYLOAD": {"USER_TOKEN": "{{{user}}}", "PARTICIPANTS": {{{size}}}}}"""))["PAYLOAD"]!["GAME_TOKEN"]!;

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        await Redis.DisposeAsync();
    }

    private async Task LaunchAsync(bool heroes, double lobbyTimeout, LogLevelName level, ILoggerProvider? logs)
    {
        if (heroes)
        {
            await Roster.Own().StoreAsync(Redis.Connection);
        }

        _server = SimulatorServer.Build(
            new ServerOptions
            {
                Host = "127.0.0.1",
                Port = Port,
                Sleep = TimeSpan.FromMilliseconds(5),
                LobbyTimeout = TimeSpan.FromSeconds(lobbyTimeout),
                LoggerModule = LoggerModule.redis,
                LogLevel = level,
            },
            Redis.Connection);
        if (logs is not null)
        {
            _server.Services.GetRequiredService<ILoggerFactory>().AddProvider(logs);
        }

        await _server.StartAsync();
    }

    public sealed class Connection(ClientWebSocket socket) : IDisposable
    {
        public async Task<JsonObject> RequestAsync(string text)
        {
            await SendAsync(text);
            return await ReceiveAsync();
        }

        public Task SendAsync(string text) =>
            socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        /// <summary>The next message; an error if none comes in time.</summary>
        public async Task<JsonObject> ReceiveAsync()
        {
            var buffer = new byte[64 * 1024];
            using var limit = new CancellationTokenSource(Limit);
            try
            {
                var part = await socket.ReceiveAsync(buffer, limit.Token);
                return JsonNode.Parse(buffer.AsSpan(0, part.Count))!.AsObject();
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s for a message of the server; the socket is {socket.State}");
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
