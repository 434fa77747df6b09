using System.Text.Json.Nodes;
using Superhero.Redis;
using Superhero.Simulator.Logging;

namespace Superhero.Simulator.Server;

/// <summary>Takes one participant through a game: the lobby, the start, the turns, and the announcement of the end.</summary>
internal sealed class Lobby(GameStore store, LogTransport log, ServerOptions options)
{
    public async Task PlayAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var game = request.Game();
        var participants = await store.ParticipantsAsync(game);
        if (participants.Length > 0 && !participants.Contains(user))
        {
            throw new RequestException("UNKNOWN USER TOKEN");
        }

        string? end = null;
        var endedByLeaving = false;
        using var playing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var gone = session.WaitUntilClosedAsync(playing.Token);
        try
        {
            end = await PlayToEndAsync(new Seat(game, user, session, store, log, options), gone, cancellationToken);
        }
        finally
        {
            await playing.CancelAsync();
            await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            endedByLeaving = end is null && await LeaveAsync(game, user, cancellationToken);
        }

        if (end is null && !endedByLeaving)
        {
            return;
        }

        // The client may go now; the announcement is made all the same.
        await session.SendAsync(Json.Game(game.ToString("D"), end == GameStatus.Completed ? "COMPLETE" : "TIMED OUT"), cancellationToken);
        await Task.Delay(options.Sleep * 3, cancellationToken);
        await log.PublishAsync(
            LogChannel.Lobby,
            LogChannel.CleaningGameRecords,
            new JsonObject { ["game_token"] = game.ToString("D"), ["user_token"] = user },
            game: game,
            user: user);
    }

    // Completed, Timed Out, or null if the client has gone. A Redis that does not answer ends no game: the player is told once, and the
    // look at the game is repeated.
    private async Task<string?> PlayToEndAsync(Seat seat, Task gone, CancellationToken cancellationToken)
    {
        for (var answered = true; !gone.IsCompleted;)
        {
            try
            {
                if (await seat.LookAsync(cancellationToken) is { } end)
                {
                    return end;
                }

                answered = true;
            }
            catch (Exception exception) when (exception.IsRedisFailure())
            {
                if (answered)
                {
                    answered = false;
                    await seat.SendAsync("REDIS NOT AVAILABLE", cancellationToken);
                }
            }

            await Task.WhenAny(gone, Task.Delay(options.Sleep, cancellationToken));
        }

        return null;
    }

    // Repeated until Redis answers: the other players would wait for somebody who is not there.
    private async Task<bool> LeaveAsync(Guid game, string user, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await store.LeaveAsync(game, user);
            }
            catch (Exception exception) when (exception.IsRedisFailure())
            {
                await Task.Delay(options.Sleep, cancellationToken);
            }
        }
    }
}
