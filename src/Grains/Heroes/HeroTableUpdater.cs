using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Superhero.Grains.Games;
using Superhero.Grains.Logging;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;

namespace Superhero.Grains.Heroes;

/// <summary>Keeps the table SUPERHERO as the collection in Redis is. An empty collection leaves the table as it is: Redis may have been
/// emptied, and the games in the tables still need the names of their heroes.</summary>
public sealed partial class HeroTableUpdater(IConnectionMultiplexer redis, IOutputStore output, TimeProvider clock, ILogger<HeroTableUpdater> logger)
{
    private readonly HashSet<string> _causes = [];
    private int _leftOut;

    /// <summary>Looks at the collection, and replaces the table where it is not the same. A failure is logged, once for each cause until
    /// it goes well again, and is no exception.</summary>
    /// <param name="cancellationToken">Ends the waiting for it.</param>
    public async Task UpdateAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Parquet's native code and a disk's flush block, and a grain's own thread is for others, too.
            await Task.Run(ReplaceIfChangedAsync, cancellationToken).WaitAsync(cancellationToken);
            _causes.Clear();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            if (_causes.Add(FailureCause.Of(exception)))
            {
                LogHeroesFailed(exception.Reason(), exception.Unexpected());
            }
        }
    }

    private async Task ReplaceIfChangedAsync()
    {
        var collection = await HeroesInRedis.ReadAsync(redis.GetDatabase());
        TellOfLeftOut(collection.Malformed);
        if (collection.Heroes.Count == 0)
        {
            return;
        }

        if (await new HeroTable(output).OverwriteAsync(collection.Heroes, clock))
        {
            LogHeroesWritten(collection.Heroes.Count);
        }
    }

    private void TellOfLeftOut(int count)
    {
        if (count > 0 && count != _leftOut)
        {
            LogHeroesLeftOut(count);
        }

        _leftOut = count;
    }

    [LoggerMessage(321, LogLevel.Information, "Wrote the table of heroes; heroes: {Count}")]
    private partial void LogHeroesWritten(int count);

    [LoggerMessage(322, LogLevel.Warning, "Left {Count} heroes out of the table because their entries can't be read")]
    private partial void LogHeroesLeftOut(int count);

    [LoggerMessage(323, LogLevel.Warning, "Could not update the table of heroes; the next sweep retries: {Reason}")]
    private partial void LogHeroesFailed(string reason, Exception? bug);
}
