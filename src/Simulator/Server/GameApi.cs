using System.Text.Json.Nodes;
using Superhero.Redis;
using Superhero.Simulator.Logging;

namespace Superhero.Simulator.Server;

/// <summary>The requests that are answered at once: login, find, hero and action.</summary>
internal sealed class GameApi(GameStore store, LogTransport log)
{
    private const int MostParticipants = 255;

    public async Task Login(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.Text("USER");
        if (!await store.HasHeroes())
        {
            throw new RequestException("LIST OF SUPERHEROS NOT AVAILABLE");
        }

        var (token, created) = await store.Login(user);
        if (created)
        {
            await session.Send(Json.Wrong("USER CREATED"), cancellationToken);
        }

        await session.Send(new JsonObject { ["PAYLOAD"] = new JsonObject { ["USER_TOKEN"] = token } }, cancellationToken);
    }

    public async Task Find(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var size = request.Whole("PARTICIPANTS");
        if (size is < 2 or > MostParticipants)
        {
            throw new RequestException("INVALID PARTICIPANTS IN PAYLOAD");
        }

        if (!await store.IsUser(user))
        {
            throw new RequestException("UNKNOWN USER TOKEN");
        }

        if (await store.Join(user, size) is not var (game, hero))
        {
            throw new RequestException(
                await store.HasHeroes() ? "NOT ENOUGH SUPERHEROS" : "LIST OF SUPERHEROS NOT AVAILABLE");
        }

        await session.Send(
            Json.Answer(
                new JsonObject { ["GAME_TOKEN"] = game, ["HERO_ID"] = hero },
                new JsonObject { ["JOINED"] = "SUCESS" }),
            cancellationToken);
    }

    public async Task Hero(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var game = request.Game();
        await session.Send(
            Json.Answer(
                new JsonObject { ["GAME_TOKEN"] = game.ToString("D"), ["USER_TOKEN"] = user, ["HERO"] = await store.Hero(game, user) },
                new JsonObject { ["GAME"] = "HERO SPEC" }),
            cancellationToken);
    }

    public async Task Action(Session session, Request request, CancellationToken cancellationToken)
    {
        var user = request.User;
        var game = request.Game();
        var enemy = request.OptionalText("ENEMY_TOKEN");
        if (request.Text("ACTION") != "ATTACK")
        {
            throw new RequestException("INVALID ACTION IN PAYLOAD");
        }

        var (result, line) = await store.Attack(game, user, enemy);
        var answer = result switch
        {
            "ATTACK" => JsonNode.Parse(line!)!.AsObject(),
            "NA" => Json.Stamped(Json.Answer(
                new JsonObject { ["GAME_TOKEN"] = game.ToString("D"), ["USER_TOKEN"] = user },
                new JsonObject
                {
                    ["ACTION"] = "NA",
                    ["DETAILS"] = new JsonObject { ["ENEMY_TOKEN"] = null, ["ENEMY_STATUS"] = "DEAD" },
                })),
            _ => throw new RequestException(result),
        };
        await (line is null
            ? log.Publish(LogChannel.Game, "Attacked Dead Enemy", Json.Text(answer), "ERROR")
            : log.Publish(LogChannel.Game, "Attack Completed", line));
        await session.Send(answer, cancellationToken);
    }
}
