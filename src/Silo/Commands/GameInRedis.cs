using System.Net.Sockets;
using StackExchange.Redis;
using Superhero.Grains.Ledger;
using Superhero.Grains.Quarantine;
using Superhero.Grains.Statistics;
using Superhero.Redis;

namespace Superhero.Silo.Commands;

/// <summary>What Redis says of a game: while it is in work, while it is in quarantine, and while it is among the last games.</summary>
/// <param name="Record">The fields of its record; none where there is no record.</param>
/// <param name="Quarantined">Its place in quarantine; null where it is not there.</param>
/// <param name="Loaded">How it was loaded; null where it is not among the last games.</param>
internal sealed record GameInRedis(IReadOnlyDictionary<string, string> Record, QuarantinedGame? Quarantined, LoadedGame? Loaded)
{
    // The tables tell the most of it, and are not to wait long.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <summary>Whether anything is said of it.</summary>
    public bool IsKnown => Record.Count > 0 || Quarantined is not null || Loaded is not null;

    /// <summary>Whether its files are safe, as far as Redis knows.</summary>
    public bool IsLoaded => Loaded is not null || Record.GetValueOrDefault("stage") == "Loaded";

    /// <summary>Reads it, in one round trip; where Redis can't be reached, says so.</summary>
    /// <returns>Null where Redis can't be reached.</returns>
    public static async Task<GameInRedis?> ReadIfPossibleAsync(CommandContext context, Guid token, CancellationToken cancellationToken)
    {
        var options = context.Redis;
        try
        {
            return await ReadAsync(options, token).WaitAsync(Timeout, cancellationToken);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or SocketException)
        {
            await context.Error.WriteLineAsync($"Redis at {options} can't be reached, so only the tables tell of the game.");
            return null;
        }
    }

    private static async Task<GameInRedis> ReadAsync(RedisOptions options, Guid token)
    {
        // The client takes all of its time to find out that there is nobody.
        if (options.Sentinel is null)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(options.Host, options.Port);
        }

        await using var redis = await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration());
        var batch = redis.GetDatabase().CreateBatch();
        var record = batch.HashGetAllAsync(RecordKey.Of(token)).OrIfWrongTypeAsync([]);
        var quarantined = batch.HashGetAsync(QuarantineStore.Key, new GameKeys(token).Token).OrIfWrongTypeAsync(RedisValue.Null);
        var latest = batch.ListRangeAsync(StatisticsKeys.Latest).OrIfWrongTypeAsync([]);
        batch.Execute();
        return new GameInRedis(
            (await record).GroupBy(field => field.Name.ToString()).ToDictionary(field => field.Key, field => field.First().Value.ToString(), StringComparer.Ordinal),
            QuarantineStore.Read(await quarantined),
            LoadedGame.AllIn(await latest).FirstOrDefault(game => game.Game == token));
    }
}
