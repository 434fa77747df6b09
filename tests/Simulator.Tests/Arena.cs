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
internal sealed class Arena : IAsyncDisposable
{
    private WebApplication _server = null!;

    public RealRedis Redis { get; private set; } = null!;

    public int Port { get; } = Ports.Free();

    public static async Task<Arena> StartAsync(bool heroes = true, double lobbyTimeout = 60)
    {
        var arena = new Arena { Redis = await RealRedis.StartAsync() };
        if (heroes)
        {
            await Roster.Own().StoreAsync(arena.Redis.Connection);
        }

        arena._server = SimulatorServer.Build(
            new ServerOptions
            {
                Host = "127.0.0.1",
                Port = arena.Port,
                Sleep = TimeSpan.FromMilliseconds(5),
                LobbyTimeout = TimeSpan.FromSeconds(lobbyTimeout),
                LoggerModule = LoggerModule.redis,
                LogLevel = LogLevelName.ERROR,
            },
            arena.Redis.Connection);
        await arena._server.StartAsync();
        return arena;
    }

    public async Task<Line> ConnectAsync(string path)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/api/v1/{path}"), CancellationToken.None);
        return new Line(socket);
    }

    public async Task<JsonObject> AskAsync(string path, string text)
    {
        using var line = await ConnectAsync(path);
        return await line.AskAsync(text);
    }

    public async Task<string> LoginAsync(string user)
    {
        using var line = await ConnectAsync("login");
        var answer = await line.AskAsync($$$"""{"PAYLOAD": {"USER": "{{{user}}}"}}""");
        return (string)(answer["STATUS"] is null ? answer : await line.HearAsync())["PAYLOAD"]!["USER_TOKEN"]!;
    }

    public async Task<string> FindAsync(string user, int size) =>
        (string)(await AskAsync("game/find", $$$"""{"PAYLOAD": {"USER_TOKEN": "{{{user}}}", "PARTICIPANTS": {{{size}}}}}"""))["PAYLOAD"]!["GAME_TOKEN"]!;

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        await Redis.DisposeAsync();
    }

    internal sealed class Line(ClientWebSocket socket) : IDisposable
    {
        public async Task<JsonObject> AskAsync(string text)
        {
            await SayAsync(text);
            return await HearAsync();
        }

        public Task SayAsync(string text) =>
            socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        public async Task<JsonObject> HearAsync()
        {
            var buffer = new byte[64 * 1024];
            var part = await socket.ReceiveAsync(buffer, CancellationToken.None);
            return JsonNode.Parse(buffer.AsSpan(0, part.Count))!.AsObject();
        }

        public void Dispose() => socket.Dispose();
    }
}
