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

/// <summary>A process without Orleans: a plain subscriber that does games of which it hears, on this project's code for the
/// steps. One that does not clean counts in Redis what it did; the benchmark takes the keys away.</summary>
internal static class PlainWorker
{
    public const string CountKey = "benchmark/done";

    private const string Name = "plain-worker";

    public static Command Command()
    {
        var port = new Argument<int>("port");
        var output = new Argument<string>("output");
        var part = new Argument<int>("part");
        var parts = new Argument<int>("parts");
        var threads = new Argument<int>("threads");
        var clean = new Argument<bool>("clean");
        var command = new Command(Name) { port, output, part, parts, threads, clean };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetValue(port),
            arguments.GetValue(output)!,
            game => (game.GetHashCode() & int.MaxValue) % arguments.GetValue(parts) == arguments.GetValue(part),
            arguments.GetValue(threads),
            arguments.GetValue(clean),
            cancellationToken));
        return command;
    }

    /// <summary>Starts one that does every game, or one part of the games.</summary>
    public static Process Start(int port, string output, int part, int parts, int threads, bool clean) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            typeof(PlainWorker).Assembly.Location, Name, .. new IFormattable[] { port }.Select(Text), output,
            .. new IFormattable[] { part, parts, threads }.Select(Text), clean.ToString(),
        ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task RunAsync(
        int port, string output, Func<Guid, bool> mine, int threads, bool clean, CancellationToken cancellationToken)
    {
        // Many of them keep Redis busy for longer than a client waits by default, and none of them tries again.
        var configuration = new RedisOptions { Host = "127.0.0.1", Port = port }.ToConfiguration();
        configuration.SyncTimeout = configuration.AsyncTimeout = (int)TimeSpan.FromMinutes(5).TotalMilliseconds;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        var folder = new LocalOutputStore(output, NullLogger<LocalOutputStore>.Instance);
        using var games = new BlockingCollection<Guid>();
        ConcurrentDictionary<Guid, bool> seen = [];

        // A game each from its first step to its last: nothing is handed over, and the runtime's threads are left to Redis' answers.
        foreach (var thread in Enumerable.Range(0, threads).Select(_ => new Thread(Work) { IsBackground = true }))
        {
            thread.Start();
        }

        await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(LogChannel.Lobby), (RedisChannel _, RedisValue message) =>
        {
            if (GameFinishedMessageParser.TryParse(message, out var announcement) && mine(announcement.Game) && seen.TryAdd(announcement.Game, true))
            {
                games.Add(announcement.Game, cancellationToken);
            }
        });
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        void Work()
        {
            foreach (var game in games.GetConsumingEnumerable(cancellationToken))
            {
                BareGame.Do(redis.GetDatabase(), folder, game, $"plain-{Environment.ProcessId}", clean);
                if (!clean)
                {
                    redis.GetDatabase().StringIncrement(CountKey, flags: CommandFlags.FireAndForget);
                }
            }
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
