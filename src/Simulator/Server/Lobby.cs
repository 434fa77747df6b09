using System.Diagnostics;
using System.Text.Json.Nodes;
using Superhero.Redis;
using Superhero.Simulator.Logging;

namespace Superhero.Simulator.Server;

/// <summary>Takes one participant through a game: the lobby, the start, the turns, and the announcement of the end.</summary>
internal sealed class Lobby(GameStore store, LogTransport log, ServerOptions options)
{
    // A client whose attack was refused would otherwise never hear of its turn again.
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(1);

    public async Task PlayAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var game = request.Game();
        var gone = session.WaitUntilClosedAsync(cancellationToken);
        var status = await WaitAsync(session, game, user, gone, cancellationToken);
        if (status == GameStatus.Starting)
        {
            status = await FightAsync(session, game, user, gone, cancellationToken);
        }

        if (status is null && !await store.LeaveAsync(game, user))
        {
            return;
        }

        // The client may go now; the announcement is made all the same.
        await session.SendAsync(Json.Game(game.ToString("D"), status == GameStatus.Completed ? "COMPLETE" : "TIMED OUT"), cancellationToken);
        await Task.Delay(options.Sleep * 3, cancellationToken);
        await log.PublishAsync(
            LogChannel.Lobby,
            LogChannel.CleaningGameRecords,
            new JsonObject { ["game_token"] = game.ToString("D"), ["user_token"] = user },
            game: game,
            user: user);
    }

    // Starting, Timed Out, or null where the client has gone.
    private async Task<string?> WaitAsync(Session session, Guid game, string user, Task gone, CancellationToken cancellationToken)
    {
        var participants = await store.ParticipantsAsync(game);
        if (participants.Length > 0 && !participants.Contains(user))
        {
            throw new RequestException("UNKNOWN USER TOKEN");
        }

        var waiting = Stopwatch.StartNew();
        while (!gone.IsCompleted)
        {
            switch (await store.WaitAsync(game, waiting.Elapsed > options.LobbyTimeout))
            {
                case GameStatus.Initializing or GameStatus.WaitingLobby or GameStatus.TimeOut:
                    await SleepAsync(gone, cancellationToken);
                    break;
                case GameStatus.TimedOut:
                    await log.PublishAsync(
                        LogChannel.Lobby,
                        "Game Timed Out",
                        Json.Text(Json.WithTimestamp(Json.Game(game.ToString("D"), "TIMED OUT"))),
                        game: game,
                        user: user);
                    return GameStatus.TimedOut;
                default:
                    var start = await StartAsync(game);
                    await log.PublishAsync(LogChannel.Lobby, "Starting Match", Json.Text(Json.WithTimestamp(start)), game: game, user: user);
                    await session.SendAsync(start, cancellationToken);
                    return GameStatus.Starting;
            }
        }

        return null;
    }

    private async Task<JsonObject> StartAsync(Guid game)
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

    // Completed, Timed Out, or null where the client has gone.
    private async Task<string?> FightAsync(Session session, Guid game, string user, Task gone, CancellationToken cancellationToken)
    {
        var told = -1L;
        var sinceTold = new Stopwatch();
        while (!gone.IsCompleted)
        {
            var (status, attacks) = await store.TurnAsync(game, user);
            if (status is GameStatus.Completed or GameStatus.TimedOut)
            {
                return status;
            }

            if (status == GameStatus.WaitingPlayer && (told != attacks || sinceTold.Elapsed > Reminder))
            {
                told = attacks;
                sinceTold.Restart();
                await session.SendAsync(Json.Game(game.ToString("D"), "USER'S TURN"), cancellationToken);
            }

            await SleepAsync(gone, cancellationToken);
        }

        return null;
    }

    private async Task SleepAsync(Task gone, CancellationToken cancellationToken) =>
        await Task.WhenAny(gone, Task.Delay(options.Sleep, cancellationToken));
}
