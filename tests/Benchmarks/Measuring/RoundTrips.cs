using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Superhero.Benchmarks.Measuring;

/// <summary>Counts how often silos ask Redis for something about a game, by listening in with its MONITOR.</summary>
internal static partial class RoundTrips
{
    private const string Ended = "all games are done";

    /// <summary>Lets silos do games.</summary>
    /// <returns>The commands and scripts a game. What a script does within Redis is no round trip.</returns>
    public static async Task<double> AGameAsync(Load load, int count)
    {
        var redis = load.Cluster.Redis;
        var games = await load.Maker.MakeAsync(redis.Database, count);
        var tokens = games.Select(game => game.Token.ToString()).ToHashSet();
        using var monitor = Process.Start(new ProcessStartInfo(
            "redis-cli", ["-p", redis.Options.Port.ToString(CultureInfo.InvariantCulture), "monitor"])
        {
            RedirectStandardOutput = true,
        })!;
        await monitor.StandardOutput.ReadLineAsync();
        await GameMaker.AnnounceAsync(redis.Connection, games);
        var done = FinishAsync(load);
        var asked = 0;
        while (await monitor.StandardOutput.ReadLineAsync() is { } line && !line.Contains(Ended, StringComparison.Ordinal))
        {
            if (Asked().Match(line) is { Success: true } command && tokens.Contains(command.Groups["token"].Value))
            {
                asked++;
            }
        }

        await done;
        monitor.Kill();
        return (double)asked / count;
    }

    private static async Task FinishAsync(Load load)
    {
        await load.DoneAsync();
        await load.Cluster.Redis.Database.ExecuteAsync("ECHO", Ended);
    }

    [GeneratedRegex(@"^\S+ \[\d+ (?!lua)\S+\] ""(?!PUBLISH).*?(?<token>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", RegexOptions.ExplicitCapture)]
    private static partial Regex Asked();
}
