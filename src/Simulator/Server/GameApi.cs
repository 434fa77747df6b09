using System.Text.Json.Nodes;
using Superhero.Redis;
using Superhero.Simulator.Logging;

namespace Superhero.Simulator.Server;

/// <summary>The requests that are answered at once: login, find, hero and action.</summary>
internal sealed class GameApi(GameStore store, GameTimeouts timeouts, LogTransport log)
{
    private const int MaxParticipants = 255;

    public async Task LoginAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.GetString("USER");
        if (!await store.HasHeroesAsync())
        {
            throw new RequestException("LIST OF SUPERHEROS NOT AVAILABLE");
        }

        var (token, created) = await store.LoginAsync(user);
        if (created)
        {
            await session.SendAsync(Json.Error("USER CREATED"), cancellationToken);
        }

        await session.SendAsync(new JsonObject { ["PAYLOAD"] = new JsonObject { ["USER_TOKEN"] = token } }, cancellationToken);
    }

    public async Task FindAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var size = request.GetInt32("PARTICIPANTS");
        if (size is < 2 or > MaxParticipants)
        {
            throw new RequestException("INVALID PARTICIPANTS IN PAYLOAD");
        }

        if (!await store.IsUserAsync(user))
        {
            throw new RequestException("UNKNOWN USER TOKEN");
        }

        // Redis may open the game although its answer comes too late, so the watch begins before.
        var fresh = Guid.NewGuid();
        timeouts.Watch(fresh);
        var joined = await store.JoinAsync(user, size, fresh);
        if (joined?.Game != fresh.ToString("D"))
        {
            timeouts.Forget(fresh);
        }

        if (joined is not var (game, hero))
        {
            throw new RequestException(
                await store.HasHeroesAsync() ? "NOT ENOUGH SUPERHEROS" : "LIST OF SUPERHEROS NOT AVAILABLE");
        }

        await session.SendAsync(
            Json.Answer(
                new JsonObject { ["GAME_TOKEN"] = game, ["HERO_ID"] = hero },
                new JsonObject { ["JOINED"] = "SUCESS" }),
            cancellationToken);
    }

    public async Task HeroAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var game = request.Game();
        await session.SendAsync(
            Json.Answer(
                new JsonObject { ["GAME_TOKEN"] = game.ToString("D"), ["USER_TOKEN"] = user, ["HERO"] = await store.HeroAsync(game, user) },
                new JsonObject { ["GAME"] = "HERO SPEC" }),
            cancellationToken);
    }

    public async Task ActionAsync(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var game = request.Game();
        var enemy = request.GetOptionalString("ENEMY_TOKEN");
        if (request.GetString("ACTION") != "ATTACK")
        {
            throw new RequestException("INVALID ACTION IN PAYLOAD");
        }

        var (result, line) = await store.AttackAsync(game, user, enemy);
        var answer = result switch
        {
            "ATTACK" => JsonNode.Parse(line!)!.AsObject(),
            "NA" => Json.WithTimestamp(Json.Answer(
                new JsonObject { ["GAME_TOKEN"] = game.ToString("D"), ["USER_TOKEN"] = user },
                new JsonObject
                {
                    ["ACTION"] = "NA",
                    ["DETAILS"] = new JsonObject { ["ENEMY_TOKEN"] = null, ["ENEMY_STATUS"] = "DEAD" },
                })),
            _ => throw new RequestException(result),
        };
        await (line is null
            ? log.PublishAsync(LogChannel.Game, "Attacked Dead Enemy", Json.Text(answer), "ERROR", game, user)
            : log.PublishAsync(LogChannel.Game, "Attack Completed", line, game: game, user: user));
        await session.SendAsync(answer, cancellationToken);
    }
}
