using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Silo.Network;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Players;
using Superhero.Simulator.Server;
using Superhero.Tables.Parquet;

namespace Superhero.Demo;

/// <summary>Plays the main job: Redis, simulator and bots in this process, the silos in processes of their own.</summary>
internal sealed class DemoRun(DemoOptions options)
{
    private const int EndlessGames = -1;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);
    private readonly OutputFolder _output = new(options.Output);
    private readonly GameCounter _games = new();

    /// <summary>Runs the demo.</summary>
    /// <returns>0 only when no game was lost or doubled, and no key was left.</returns>
    public async Task<int> RunAsync(CancellationToken stopping)
    {
        using var redisPort = PortReservation.Reserve("REDIS_PORT", null, 16379);
        using var serverPort = PortReservation.Reserve("WEBSOCKET_PORT", null, 15678);
        using var embedded = new EmbeddedRedis(redisPort.Port);
        var where = new RedisOptions { Host = "127.0.0.1", Port = redisPort.Port };
        await using var redis = await RedisConnector.ConnectAsync(where, (_, _) => { }, stopping);
        var roster = Roster.Own();
        await roster.StoreAsync(redis);
        await _games.ListenAsync(redis);
        await using var server = SimulatorServer.Build(
            new ServerOptions
            {
                Host = "127.0.0.1",
                Port = serverPort.Port,
                Sleep = TimeSpan.FromMilliseconds(20),
                LobbyTimeout = TimeSpan.FromSeconds(3),
                LoggerModule = LoggerModule.redis,
                LogLevel = LogLevelName.WARNING,
            },
            redis);
        await server.StartAsync(stopping);

        // The server's host is the one that hears Ctrl+C.
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(stopping, server.Lifetime.ApplicationStopping);
        var cancellationToken = interrupted.Token;

        List<SiloProcess> silos = [];
        try
        {
            Console.WriteLine($"Silos to start: {options.Silos}; their logs are in {options.Output}.");
            for (var i = 1; i <= options.Silos; i++)
            {
                silos.Add(StartSilo($"silo-{i}", redisPort.Port));
            }

            var starting = Stopwatch.StartNew();
            await UntilAsync(() => silos.TrueForAll(silo => silo.Dashboard.IsCompleted) && redis.CountSubscribers() > options.Silos, silos, cancellationToken);
            Console.WriteLine($"Silos up: {silos.Count(silo => silo.Dashboard.IsCompleted)} of {options.Silos}, after {starting.Elapsed.TotalSeconds:0.0} s.");
            Console.WriteLine($"Bots: {options.Players}; games for each to play: {options.Games}. The page is at {new Uri(await silos[0].Dashboard, "/")} meanwhile.");
            await ProgressAsync(PlayAsync(serverPort.Port, options.Games, cancellationToken), silos, cancellationToken);
            var left = await WaitForCleaningAsync(redis, silos, cancellationToken);
            var well = await ReportAsync(left, roster, cancellationToken);
            if (options.Stay)
            {
                await PlayOnAsync(redis, serverPort.Port, await silos[0].Dashboard, cancellationToken);
            }

            return well ? 0 : 1;
        }
        finally
        {
            await Task.WhenAll(silos.Select(silo => silo.DisposeAsync().AsTask()));
            await server.StopAsync(CancellationToken.None);
        }
    }

    private SiloProcess StartSilo(string name, int redisPort) => SiloProcess.Start(
        new Dictionary<string, string>
        {
            ["REDIS_HOST"] = "127.0.0.1",
            ["REDIS_PORT"] = redisPort.ToString(CultureInfo.InvariantCulture),
            ["HOSTNAME"] = name,
            ["OUTPUT_DIR"] = options.Output,
            ["CLEAN_ROUTINE"] = "True",
            ["REDIS_EXPIRY"] = "2",
        },
        Path.Combine(options.Output, $"{name}.log"));

    private async Task PlayOnAsync(IConnectionMultiplexer redis, int port, Uri dashboard, CancellationToken cancellationToken)
    {
        // Nothing is counted any more, since that takes more memory the longer it lasts.
        await redis.GetSubscriber().UnsubscribeAllAsync();
        Console.WriteLine($"The page is at {new Uri(dashboard, "/")}, the Orleans Dashboard at {dashboard}. The bots play on; Ctrl+C ends the demo.");
        await PlayAsync(port, EndlessGames, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task PlayAsync(int port, int games, CancellationToken cancellationToken)
    {
        var bots = new PlayerOptions { Host = "127.0.0.1", Port = port, Games = games };
        return Task.WhenAll(Enumerable.Range(0, options.Players).Select(_ => new Bot(bots, _ => { }).PlayAsync(cancellationToken)));
    }

    private async Task ProgressAsync(Task playing, List<SiloProcess> silos, CancellationToken cancellationToken)
    {
        if (AnsiConsole.Profile.Capabilities.Interactive && AnsiConsole.Profile.Out.IsTerminal)
        {
            await AnsiConsole.Live(new Text(Line())).StartAsync(live => UntilAsync(
                () =>
                {
                    live.UpdateTarget(new Text(Line()));
                    return AllDone(playing);
                },
                silos,
                cancellationToken));
        }
        else
        {
            var last = "";
            await UntilAsync(
                () =>
                {
                    if (Line() is var line && line != last)
                    {
                        AnsiConsole.WriteLine(last = line);
                    }

                    return AllDone(playing);
                },
                silos,
                cancellationToken,
                TimeSpan.FromSeconds(2));
        }

        await playing;
    }

    private bool AllDone(Task playing) =>
        playing.IsCompleted && _games.Running == 0 && _output.Processed(_games.Finished) == _games.Finished.Count;

    private string Line()
    {
        var finished = _games.Finished;
        var bySilo = _output.Files(TableSchema.Podium).Where(file => finished.Contains(file.Game)).CountBy(file => file.Silo).OrderBy(silo => silo.Key);
        return $"running {_games.Running}, finished {finished.Count}, processed {_output.Processed(finished)}"
            + string.Concat(bySilo.Select(silo => $", {silo.Key}: {silo.Value}"));
    }

    private static async Task<int> WaitForCleaningAsync(IConnectionMultiplexer redis, List<SiloProcess> silos, CancellationToken cancellationToken)
    {
        await UntilAsync(() => redis.CountGameKeys() == 0, silos, cancellationToken);
        return redis.CountGameKeys();
    }

    private async Task<bool> ReportAsync(int keysLeft, Roster roster, CancellationToken cancellationToken)
    {
        var games = _games.Finished;
        var (metaLost, metaDoubled) = _output.Compare(TableSchema.Meta, games);
        var (podiumLost, podiumDoubled) = _output.Compare(TableSchema.Podium, games);
        var lost = Math.Max(metaLost, podiumLost);
        var doubled = Math.Max(metaDoubled, podiumDoubled);
        AnsiConsole.Write(new Table { Title = new TableTitle("exactly once") }
            .AddColumns("what", "count")
            .AddRow("games finished", $"{games.Count}")
            .AddRow("lobbies timed out", $"{_games.TimedOut}")
            .AddRow("processed once", $"{games.Count - lost - doubled}")
            .AddRow("duplicates", $"{doubled}")
            .AddRow("lost", $"{lost}")
            .AddRow("files in GAME_META", $"{_output.Files(TableSchema.Meta).Count(file => games.Contains(file.Game))}")
            .AddRow("files in GAME_PODIUM", $"{_output.Files(TableSchema.Podium).Count(file => games.Contains(file.Game))}")
            .AddRow("keys left in Redis", $"{keysLeft}"));
        if (games.Count > lost)
        {
            AnsiConsole.Write(await Leaderboard.ReadAsync(
                options.Output,
                roster.Heroes.ToDictionary(hero => ushort.Parse(hero.Key, CultureInfo.InvariantCulture), hero => (string)hero.Value["name"]!),
                cancellationToken));
        }

        Console.WriteLine($"{lost} lost, {doubled} doubled; the tables are in {Path.Combine(options.Output, "superhero")}.");
        return games.Count > 0 && lost == 0 && doubled == 0 && keysLeft == 0;
    }

    // Gives up waiting after a while, so that the report can say what is missing; a silo that ends early ends the demo.
    private static async Task UntilAsync(
        Func<bool> condition, List<SiloProcess> silos, CancellationToken cancellationToken, TimeSpan? look = null)
    {
        var waiting = Stopwatch.StartNew();
        while (!condition())
        {
            if (silos.Find(silo => silo.Process.HasExited) is { } ended)
            {
                throw new IOException($"A silo ended with exit code {ended.Process.ExitCode}; its log says why.");
            }

            if (waiting.Elapsed > Timeout)
            {
                return;
            }

            await Task.Delay(look ?? PollInterval, cancellationToken);
        }
    }
}
