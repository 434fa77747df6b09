using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Simulator.Logging;

namespace Superhero.Simulator.Server;

/// <summary>The simulator's WebSocket server.</summary>
public static class SimulatorServer
{
    private delegate Task Handler(Session session, Request request, CancellationToken cancellationToken);

    /// <summary>Composes a server; run or start it.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="redis">Where the games are.</param>
    /// <param name="time">The clock of the players' turns; null for the machine's.</param>
    public static WebApplication Build(ServerOptions options, IConnectionMultiplexer redis, TimeProvider? time = null)
    {
        // The images of .NET set a port for whatever runs in them, and Kestrel would warn that it does not heed it.
        var builder = WebApplication.CreateSlimBuilder(
            ["--hostBuilder:reloadConfigOnChange=false", "--urls=", "--http_ports=", "--https_ports="]);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel((LogLevel)options.LogLevel)
            .AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (options.Host == "localhost")
            {
                kestrel.ListenLocalhost(options.Port);
            }
            else if (options.Host == $"{IPAddress.IPv6Any}")
            {
                // All addresses of both families, or of the one that the machine has.
                kestrel.ListenAnyIP(options.Port);
            }
            else
            {
                kestrel.Listen(IPAddress.Parse(options.Host), options.Port);
            }
        });
        builder.Services
            .AddSingleton(options)
            .AddSingleton(redis)
            .AddSingleton(time ?? SteadyClock.Instance)
            .AddSingleton<GameStore>()
            .AddSingleton<GameApi>()
            .AddSingleton<Lobby>()
            .AddSingleton<GameTimeouts>()
            .AddHostedService(services => services.GetRequiredService<GameTimeouts>())
            .AddSingleton(services => new LogTransport(
                options.LoggerModule == LoggerModule.redis ? redis : null, services.GetRequiredService<ILogger<LogTransport>>()));

        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = options.TurnTimeout / 2, KeepAliveTimeout = options.TurnTimeout / 2 });
        var api = app.Services.GetRequiredService<GameApi>();
        Map(app, "/api/v1/login", api.LoginAsync);
        Map(app, "/api/v1/game/find", api.FindAsync);
        Map(app, "/api/v1/game/hero", api.HeroAsync);
        Map(app, "/api/v1/game/action", api.ActionAsync);
        Map(app, "/api/v1/game/lobby", app.Services.GetRequiredService<Lobby>().PlayAsync);
        var log = app.Services.GetRequiredService<LogTransport>();
        app.Lifetime.ApplicationStarted.Register(
            () => _ = log.PublishAsync("client.__main__", $"Listening on {options.Host}:{options.Port}"));
        return app;
    }

    private static void Map(WebApplication app, string path, Handler handle) => app.Map(path, async context =>
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var stopping = app.Lifetime.ApplicationStopping;
        await using var session = new Session(socket, stopping);
        while (await session.ReceiveAsync() is { } text)
        {
            try
            {
                await handle(session, Request.Parse(text), stopping);
            }
            catch (RequestException exception)
            {
                await session.SendAsync(Json.Error(exception.Message), stopping);
            }
            catch (Exception exception) when (exception.IsRedisFailure())
            {
                await session.SendAsync(Json.Error("REDIS NOT AVAILABLE"), stopping);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    });
}
