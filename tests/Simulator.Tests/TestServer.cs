using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Superhero.Redis;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Server;
using Superhero.Testing;

namespace Superhero.Simulator.Tests;

/// <summary>A simulator server on a redis-server of its own, spoken to over real WebSockets.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private WebApplication _server = null!;

    public RealRedis Redis { get; private set; } = null!;

    public int Port { get; } = Ports.Free();

    public static async Task<TestServer> StartAsync(bool heroes = true, double lobbyTimeout = 60)
    {
        var server = new TestServer { Redis = await RealRedis.StartAsync() };
        if (heroes)
        {
            await Roster.Own().StoreAsync(server.Redis.Connection);
        }

        server._server = SimulatorServer.Build(
            new ServerOptions
            {
                Host = "127.0.0.1",
                Port = server.Port,
                Sleep = TimeSpan.FromMilliseconds(5),
                LobbyTimeout = TimeSpan.FromSeconds(lobbyTimeout),
                LoggerModule = LoggerModule.redis,
                LogLevel = LogLevelName.ERROR,
            },
            server.Redis.Connection);
        await server._server.StartAsync();
        return server;
    }

    public async Task<Connection> ConnectAsync(string path)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/api/v1/{path}"), CancellationToken.None);
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

    internal sealed class Connection(ClientWebSocket socket) : IDisposable
    {
        public async Task<JsonObject> RequestAsync(string text)
        {
            await SendAsync(text);
            return await ReceiveAsync();
        }

        public Task SendAsync(string text) =>
            socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        public async Task<JsonObject> ReceiveAsync()
        {
            var buffer = new byte[64 * 1024];
            var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
            return JsonNode.Parse(buffer.AsSpan(0, part.Count))!.AsObject();
        }

        public void Dispose() => socket.Dispose();
    }
}
