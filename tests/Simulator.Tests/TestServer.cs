using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
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

    /// <summary>Starts a server.</summary>
    /// <param name="heroes">Whether there are heroes.</param>
    /// <param name="lobbyTimeout">LOBBY_TIMEOUT.</param>
    /// <param name="level">LOG_LEVEL.</param>
    /// <param name="logs">Where its log goes, too.</param>
    /// <param name="turnTimeout">TURN_TIMEOUT.</param>
    /// <param name="clock">The clock of the players' turns.</param>
    /// <param name="redis">The redis-server that it owns from now on.</param>
    /// <param name="connection">Its connection, if it is another one than that of the test.</param>
    public static async Task<TestServer> StartAsync(
        bool heroes = true,
        double lobbyTimeout = 60,
        LogLevelName level = LogLevelName.ERROR,
        ILoggerProvider? logs = null,
        double turnTimeout = 60,
        TimeProvider? clock = null,
        RealRedis? redis = null,
        IConnectionMultiplexer? connection = null)
    {
        var server = new TestServer { Redis = redis ?? await RealRedis.StartAsync() };
        await server.LaunchAsync(heroes, lobbyTimeout, level, logs, turnTimeout, clock, connection ?? server.Redis.Connection);
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        Redis = await RealRedis.StartAsync();
        await LaunchAsync(heroes: true, 60, LogLevelName.ERROR, null, 60, null, Redis.Connection);
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

    /// <summary>A message about a user in a game.</summary>
    public static string Message(string game, string user) => $$$"""{"PAYLOAD": {"GAME_TOKEN": "{{{game}}}", "USER_TOKEN": "{{{user}}}"}}""";

    /// <summary>Attacks, and returns the answer.</summary>
    public Task<JsonObject> AttackAsync(string game, string user, string? enemy) => RequestAsync(
        "game/action",
        new JsonObject
        {
            ["PAYLOAD"] = new JsonObject { ["GAME_TOKEN"] = game, ["USER_TOKEN"] = user, ["ENEMY_TOKEN"] = enemy, ["ACTION"] = "ATTACK" },
        }.ToJsonString());

    /// <summary>Logs two users in and lets them find a game for two.</summary>
    /// <returns>The game and the users, in the order of their turns.</returns>
    public async Task<(string Game, string First, string Second)> FindGameForTwoAsync()
    {
        string[] users = [await LoginAsync("one"), await LoginAsync("two")];
        Array.Sort(users, StringComparer.Ordinal);
        var game = await FindGameAsync(users[0], 2);
        Assert.Equal(game, await FindGameAsync(users[1], 2));
        return (game, users[0], users[1]);
    }

    public async Task<string> FindGameAsync(string user, int size) =>
        (string)(await RequestAsync("game/find", $$$"""{"PAYLOAD": {"USER_TOKEN": "{{{user}}}", "PARTICIPANTS": {{{size}}}}}"""))["PAYLOAD"]!["GAME_TOKEN"]!;

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
        await Redis.DisposeAsync();
    }

    private async Task LaunchAsync(
        bool heroes, double lobbyTimeout, LogLevelName level, ILoggerProvider? logs, double turnTimeout, TimeProvider? clock, IConnectionMultiplexer connection)
    {
        if (heroes)
        {
            await Roster.Own().StoreAsync(connection);
        }

        _server = SimulatorServer.Build(
            new ServerOptions
            {
                Host = "127.0.0.1",
                Port = Port,
                Sleep = TimeSpan.FromMilliseconds(5),
                LobbyTimeout = TimeSpan.FromSeconds(lobbyTimeout),
                TurnTimeout = TimeSpan.FromSeconds(turnTimeout),
                LoggerModule = LoggerModule.redis,
                LogLevel = level,
            },
            connection,
            clock);
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

        /// <summary>Receives until a status of the game arrives.</summary>
        public async Task WaitForAsync(string status)
        {
            while ((await ReceiveAsync())["STATUS"] is var received && (received is JsonObject game ? (string?)game["GAME"] : (string?)received) != status)
            {
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
