using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Superhero.Simulator.Server;

namespace Superhero.Simulator.Players;

/// <summary>A player who logs in under a random name and attacks a random living enemy.</summary>
/// <param name="options">Where and how much to play.</param>
/// <param name="say">Told of what happens, a line at a time.</param>
public sealed class Bot(PlayerOptions options, Action<string> say)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Plays the games, one after the other. A server that is not there is tried again every second.</summary>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        for (var played = 0; options.Games < 0 || played < options.Games;)
        {
            try
            {
                var end = await PlayOneAsync(cancellationToken);
                played++;
                say($"Game {played}: {end}");
            }
            catch (Exception exception) when (exception is WebSocketException or IOException)
            {
                say($"The server at {options.Host}:{options.Port} can't be reached: {exception.Message}");
                await Task.Delay(RetryAfter, cancellationToken);
            }
        }
    }

    private async Task<string> PlayOneAsync(CancellationToken cancellationToken)
    {
        var user = await LoginAsync(cancellationToken);
        var found = await AskAsync(
            "game/find",
            new JsonObject { ["USER_TOKEN"] = user, ["PARTICIPANTS"] = Random.Shared.Next(2, 4) },
            cancellationToken);
        var game = (string?)found["PAYLOAD"]?["GAME_TOKEN"] ?? throw new IOException($"find: {found["STATUS"]}");

        using var lobby = await ConnectAsync("game/lobby", cancellationToken);
        await SendAsync(lobby, new JsonObject { ["GAME_TOKEN"] = game, ["USER_TOKEN"] = user }, cancellationToken);
        string[] enemies = [];
        while (true)
        {
            var message = await ReceiveAsync(lobby, cancellationToken);
            switch (message["STATUS"] is JsonObject status ? (string?)status["GAME"] : throw new IOException($"lobby: {message["STATUS"]}"))
            {
                case "START":
                    enemies = [.. message["PAYLOAD"]!["PARTICIPANTS"]!.AsArray().Select(token => (string)token!).Where(token => token != user)];
                    break;
                case "USER'S TURN":
                    await AttackAsync(game, user, enemies, cancellationToken);
                    break;
                case "COMPLETE":
                    return "complete";
                case "TIMED OUT":
                    return "timed out";
            }
        }
    }

    private async Task<string> LoginAsync(CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync("login", cancellationToken);
        await SendAsync(socket, new JsonObject { ["USER"] = $"USER{Random.Shared.Next(1000):000}" }, cancellationToken);
        var answer = await ReceiveAsync(socket, cancellationToken);
        if ((string?)answer["STATUS"] == "USER CREATED")
        {
            answer = await ReceiveAsync(socket, cancellationToken);
        }

        return (string?)answer["PAYLOAD"]?["USER_TOKEN"] ?? throw new IOException($"login: {answer["STATUS"]}");
    }

    private async Task AttackAsync(string game, string user, string[] enemies, CancellationToken cancellationToken)
    {
        List<string> living = [];
        using (var socket = await ConnectAsync("game/hero", cancellationToken))
        {
            foreach (var enemy in enemies)
            {
                await SendAsync(socket, new JsonObject { ["GAME_TOKEN"] = game, ["USER_TOKEN"] = enemy }, cancellationToken);
                var hero = await ReceiveAsync(socket, cancellationToken);
                if ((long?)hero["PAYLOAD"]?["HERO"]?["health"] > 0)
                {
                    living.Add(enemy);
                }
            }
        }

        await AskAsync(
            "game/action",
            new JsonObject
            {
                ["GAME_TOKEN"] = game,
                ["USER_TOKEN"] = user,
                ["ENEMY_TOKEN"] = living.Count > 0 ? living[Random.Shared.Next(living.Count)] : null,
                ["ACTION"] = "ATTACK",
            },
            cancellationToken);
    }

    private async Task<JsonObject> AskAsync(string path, JsonObject payload, CancellationToken cancellationToken)
    {
        using var socket = await ConnectAsync(path, cancellationToken);
        await SendAsync(socket, payload, cancellationToken);
        return await ReceiveAsync(socket, cancellationToken);
    }

    private async Task<ClientWebSocket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{options.Host}:{options.Port}/api/v1/{path}"), cancellationToken);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, JsonObject payload, CancellationToken cancellationToken) =>
        socket.SendAsync(new JsonObject { ["PAYLOAD"] = payload }, cancellationToken);

    private static async Task<JsonObject> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken) =>
        await socket.ReceiveTextAsync(new byte[WebSocketExtensions.MaxMessageLength], cancellationToken) is { } text
            ? JsonNode.Parse(text)!.AsObject()
            : throw new IOException("the server closed the connection");
}
