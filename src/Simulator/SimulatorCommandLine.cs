using System.CommandLine;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Simulator.Heroes;
using Superhero.Simulator.Players;
using Superhero.Simulator.Server;

namespace Superhero.Simulator;

/// <summary>The simulator's commands: server, player and build-db.</summary>
public static class SimulatorCommandLine
{
    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>The exit code: 0 for success, 2 for a setting that is not allowed, 1 for anything else.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("The Super Hero Combat Simulator: where bots fight, and games come from.");
        root.Subcommands.Add(ServerCommand());
        root.Subcommands.Add(PlayerCommand());
        root.Subcommands.Add(BuildDbCommand());
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (OptionsValidationException exception)
        {
            await Console.Error.WriteLineAsync(string.Join('\n', exception.Failures));
            return 2;
        }
        catch (Exception exception) when (exception is RosterException or IOException or UnauthorizedAccessException or SocketException
            or RedisClusterException or RedisVersionException || exception.IsRedisFailure())
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static Command ServerCommand()
    {
        var command = new Command("server", Describe("Serves the WebSocket API v1.", SimulatorSettings.Server));
        command.SetAction(async (_, cancellationToken) =>
        {
            var settings = SimulatorSettings.Server.Read(SettingsGroup.Environment);
            await using var redis = await ConnectAsync(settings.Options<RedisOptions>(), cancellationToken);
            await using var server = SimulatorServer.Build(settings.Options<ServerOptions>(), redis);
            await server.RunAsync(cancellationToken);
        });
        return command;
    }

    private static Command PlayerCommand()
    {
        var count = new Option<int>("--count") { Description = "How many bots play at once.", DefaultValueFactory = _ => 1 };
        var command = new Command("player", Describe("Plays as bots.", SimulatorSettings.Player)) { count };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var options = SimulatorSettings.Player.Read(SettingsGroup.Environment).Options<PlayerOptions>();
            await Task.WhenAll(Enumerable.Range(0, arguments.GetValue(count))
                .Select(_ => new Bot(options, Console.WriteLine).PlayAsync(cancellationToken)));
        });
        return command;
    }

    private static Command BuildDbCommand()
    {
        var file = new Option<FileInfo?>("--file") { Description = "A roster in the Super Hero API's format instead of the project's own." };
        var pull = new Option<bool>("--pull") { Description = "Fetch the real roster with API_TOKEN." };
        var flush = new Option<bool>("--flush") { Description = "Empty the whole database first, after asking." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("build-db", Describe("Fills the superheros collection in Redis.", SimulatorSettings.BuildDb)) { file, pull, flush, yes };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var settings = SimulatorSettings.BuildDb.Read(SettingsGroup.Environment);
            var roster = arguments.GetValue(pull) ? await SuperheroApi.PullAsync(settings.Options<SuperheroApiOptions>(), Console.WriteLine, cancellationToken)
                : arguments.GetValue(file) is { } path ? Roster.Parse(await File.ReadAllTextAsync(path.FullName, cancellationToken))
                : Roster.Own();
            var where = settings.Options<RedisOptions>();
            if (arguments.GetValue(flush) && !arguments.GetValue(yes) && !Confirmed($"Delete every key in {where}?"))
            {
                throw new RosterException("Nothing was changed.");
            }

            await using var redis = await ConnectAsync(where, cancellationToken);
            await roster.StoreAsync(redis, arguments.GetValue(flush));
            Console.WriteLine($"Heroes in {where}: {roster.Heroes.Count}.");
        });
        return command;
    }

    private static bool Confirmed(string question)
    {
        Console.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private static string Describe(string what, SettingsGroup settings) => $"""
        {what} Configured by environment variables (their defaults behind the equals sign):

        {settings.Help()}
        """;

    private static Task<IConnectionMultiplexer> ConnectAsync(RedisOptions options, CancellationToken cancellationToken) =>
        RedisConnector.ConnectAsync(
            options,
            (reason, wait) => Console.Error.WriteLine($"Could not reach Redis at {options}; the next try follows in {wait.TotalSeconds:0} s: {reason}"),
            cancellationToken);
}
