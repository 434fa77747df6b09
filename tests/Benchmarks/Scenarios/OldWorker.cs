using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Tables.Output;

namespace Superhero.Benchmarks.Scenarios;

/// <summary>The old way, in a process of its own: a plain subscriber that does every game of which it hears, on this
/// project's code for the steps. It counts in Redis what it did; the benchmark takes the keys away.</summary>
internal static class OldWorker
{
    public const string CountKey = "benchmark/old";

    private const string Name = "old-worker";

    public static Command Command()
    {
        var port = new Argument<int>("port");
        var output = new Argument<string>("output");
        var host = new Argument<string>("host");
        var part = new Argument<int>("part");
        var parts = new Argument<int>("parts");
        var command = new Command(Name) { port, output, host, part, parts };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(port),
            arguments.GetValue(output)!,
            arguments.GetValue(host)!,
            game => (game.GetHashCode() & int.MaxValue) % arguments.GetValue(parts) == arguments.GetValue(part),
            cancellationToken));
        return command;
    }

    /// <summary>Starts one that does every game, or one part of the games.</summary>
    public static Process Start(int port, string output, string host, int part, int parts) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            typeof(OldWorker).Assembly.Location, Name, port.ToString(CultureInfo.InvariantCulture), output, host,
            part.ToString(CultureInfo.InvariantCulture), parts.ToString(CultureInfo.InvariantCulture),
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task RunAsync(int port, string output, string host, Func<Guid, bool> mine, CancellationToken cancellationToken)
    {
        // Many of them keep Redis busy for longer than a client waits by default, and none of them tries again.
        var configuration = new RedisOptions { Host = "127.0.0.1", Port = port }.ToConfiguration();
        configuration.AsyncTimeout = (int)TimeSpan.FromMinutes(5).TotalMilliseconds;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        var folder = new LocalOutputStore(output, NullLogger<LocalOutputStore>.Instance);
        using var room = new SemaphoreSlim(32);
        ConcurrentDictionary<Guid, bool> seen = [];
        await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(LogChannel.Lobby), (RedisChannel _, RedisValue message) =>
        {
            if (GameFinishedMessageParser.TryParse(message, out var announcement) && mine(announcement.Game) && seen.TryAdd(announcement.Game, true))
            {
                Do(announcement.Game).Ignore();
            }
        });
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task Do(Guid game)
        {
            await room.WaitAsync(cancellationToken);
            await BareLoop.DoAsync(redis, folder, game, host, clean: false);
            await redis.GetDatabase().StringIncrementAsync(CountKey);
            room.Release();
        }
    }
}
