using System.Diagnostics;
using System.Text.Json.Nodes;
using Superhero.Redis;
using Superhero.Simulator.Logging;

namespace Superhero.Simulator.Server;

/// <summary>A participant's place in a game: looks at the game, and tells the participant what has changed.</summary>
internal sealed class Seat(Guid game, string user, Session session, GameStore store, LogTransport log, ServerOptions options)
{
    // A client whose attack was refused would otherwise never hear of its turn again.
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(1);

    private readonly Stopwatch _waiting = Stopwatch.StartNew();
    private readonly Stopwatch _sinceTold = new();
    private long _told = -1;
    private bool _started;

    /// <summary>Looks at the game once.</summary>
    /// <returns>Completed or Timed Out, or null while the game goes on.</returns>
    public Task<string?> LookAsync(CancellationToken cancellationToken) =>
        _started ? FightAsync(cancellationToken) : WaitAsync(cancellationToken);

    /// <summary>Tells the participant a status of the game.</summary>
    public Task SendAsync(string status, CancellationToken cancellationToken) =>
        session.SendAsync(Json.Game(game.ToString("D"), status), cancellationToken);

    private async Task<string?> WaitAsync(CancellationToken cancellationToken)
    {
        switch (await store.WaitAsync(game, _waiting.Elapsed > options.LobbyTimeout))
        {
            case GameStatus.Initializing or GameStatus.WaitingLobby or GameStatus.TimeOut:
                return null;
            case GameStatus.TimedOut:
                await log.PublishAsync(
                    LogChannel.Lobby,
                    "Game Timed Out",
                    Json.Text(Json.WithTimestamp(Json.Game(game.ToString("D"), "TIMED OUT"))),
                    game: game,
                    user: user);
                return GameStatus.TimedOut;
            default:
                var start = await StartAsync();
                _started = true;
                await log.PublishAsync(LogChannel.Lobby, "Starting Match", Json.Text(Json.WithTimestamp(start)), game: game, user: user);
                await session.SendAsync(start, cancellationToken);
                return null;
        }
    }

    private async Task<JsonObject> StartAsync()
    {
        var participants = await store.ParticipantsAsync(game);
        var heroes = new JsonObject();
        foreach (var participant in participants)
        {
            heroes[participant] = await store.HeroAsync(game, participant);
        }

        return Json.Answer(
            new JsonObject
            {
                ["GAME_TOKEN"] = game.ToString("D"),
                ["PARTICIPANTS"] = new JsonArray([.. participants.Select(participant => (JsonNode)participant)]),
                ["PARTICIPANTS_HEROS"] = heroes,
            },
            new JsonObject { ["GAME"] = "START" });
    }

    private async Task<string?> FightAsync(CancellationToken cancellationToken)
    {
        var (status, attacks) = await store.TurnAsync(game, user);
        if (status is GameStatus.Completed or GameStatus.TimedOut)
        {
            return status;
        }

        if (status == GameStatus.WaitingPlayer && (_told != attacks || _sinceTold.Elapsed > Reminder))
        {
            _told = attacks;
            _sinceTold.Restart();
            await SendAsync("USER'S TURN", cancellationToken);
        }

        return null;
    }
}
