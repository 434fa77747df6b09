using System.Globalization;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;

namespace Superhero.Tables.Compact;

/// <summary>Moves single games into the Delta tables. The log of each table decides what is compacted, so that any number of compactors may
/// run at the same time, and each may be stopped at any moment. A game's own files are removed once committed snapshots of all tables
/// contain its rows.</summary>
/// <param name="store">Where the tables are.</param>
/// <param name="retention">How long tombstones stay in the log.</param>
/// <param name="report">Told what was done, a line at a time.</param>
/// <param name="warn">Told what is wrong, a line at a time.</param>
/// <param name="clock">Tells the time.</param>
public sealed class Compactor(IOutputStore store, TimeSpan retention, Action<string> report, Action<string> warn, TimeProvider clock)
{
    private readonly TableFiles _files = new(store);
    private readonly GameReader _reader = new(store);
    private readonly LegacyParts _legacy = new(store);
    private readonly HashSet<Partition> _damaged = [];

    /// <summary>How many games were compacted.</summary>
    public int Games => Tables.Games;

    /// <summary>How many games are left for a later time, since they have not ended in the period.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many problems were found and reported.</summary>
    public int Problems { get; private set; }

    /// <summary>Compacts the games that ended in a period.</summary>
    /// <param name="period">The period.</param>
    /// <param name="maintain">Whether to import the parts of release 0.2.0 before, and to combine and remove parts after.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The output failed.</exception>
    public async Task RunAsync(Period period, bool maintain, CancellationToken cancellationToken)
    {
        if (maintain)
        {
            await ImportAsync(cancellationToken);
        }

        await CompactAsync(period, cancellationToken);
        if (maintain)
        {
            await new Maintenance(store, retention, report, Problem, clock).RunAsync(cancellationToken);
        }
    }

    private async Task CompactAsync(Period period, CancellationToken cancellationToken)
    {
        Dictionary<Partition, int> left = [];
        var unknown = 0;
        var batches = new GameBatches((partition, games) => CompactAsync(partition, games, cancellationToken));
        await foreach (var game in _reader.ReadAsync((await _files.ListGamesAsync()).Games, cancellationToken))
        {
            if (game.Problems.Count > 0)
            {
                Problem($"{string.Join("; ", game.Problems)}; the game is left as it is");
            }
            else if (game.HasOtherColumns)
            {
                unknown++;
            }
            else if (game.Podium is { } podium && (podium.Column<long>(4).Any(damage => damage < 0) || podium.Column<long>(5).Any(damage => damage < 0)))
            {
                Problem($"{game.Game.Path}: a damage is beyond {long.MaxValue}; the game is left as it is");
            }
            else if (!game.IsGone && period.Contains(game.Times.EndedAt))
            {
                await batches.AddAsync(game);
            }
            else if (!game.IsGone)
            {
                Waiting++;
                left[game.Partition] = left.GetValueOrDefault(game.Partition) + 1;
            }
        }

        await batches.FlushAsync();
        if (unknown > 0)
        {
            report($"Games of a later release, with columns that this one does not know: {unknown}; they are left as they are.");
        }

        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        foreach (var (partition, games) in left.Where(one => one.Key.Day > today).OrderBy(one => one.Key.Day))
        {
            report($"{partition}: games that end in the future: {games}; they are compacted once that day is over.");
        }
    }

    // Removes the parts of release 0.2.0 of a day once the tables contain all of its games.
    private async Task ImportAsync(CancellationToken cancellationToken)
    {
        Tables.IsImporting = true;
        foreach (var day in await _legacy.ListAsync())
        {
            try
            {
                HashSet<string> contained = new(StringComparer.Ordinal);
                var games = await _legacy.ReadAsync(day, cancellationToken);
                foreach (var some in games.Chunk(GameBatches.MaxGames))
                {
                    contained.UnionWith(await CompactAsync(day.Partition, some, cancellationToken));
                }

                if (contained.Count < games.Count)
                {
                    Problem($"{day.Partition}: a game of its parts of release 0.2.0 is not in the tables, or with other rows; the parts are kept");
                    continue;
                }

                foreach (var (_, path) in day.Parts)
                {
                    await store.DeleteAsync(path);
                }

                report($"{day.Partition}: parts of release 0.2.0 imported and removed: {day.Parts.Count}");
            }
            catch (InvalidDataException exception)
            {
                LeaveDamaged(day.Partition, exception);
            }
        }

        Tables.IsImporting = false;
    }

    private CompactedTables Tables => field ??= new CompactedTables(store, retention, Problem, clock);

    // The tokens of the games that the tables contain with the same rows.
    private async Task<IReadOnlySet<string>> CompactAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        HashSet<string> contained = [];
        if (_damaged.Contains(partition))
        {
            return contained;
        }

        try
        {
            contained = await Tables.AppendAsync(partition, games, cancellationToken);
            await RemoveAsync(partition, [.. games.Where(game => contained.Contains(game.Token))], cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            LeaveDamaged(partition, exception);
        }

        return contained;
    }

    private async Task RemoveAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        var paths = games.SelectMany(game => game.Game.Paths).OfType<string>().ToList();
        foreach (var some in paths.Chunk(64))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(store.DeleteAsync));
        }

        if (paths.Count > 0)
        {
            report(string.Create(CultureInfo.InvariantCulture, $"{partition}: games compacted: {games.DistinctBy(game => game.Token).Count()}, files removed: {paths.Count}"));
        }
    }

    private void LeaveDamaged(Partition partition, InvalidDataException exception)
    {
        _damaged.Add(partition);
        Problem($"{exception.Message}; the games of {partition} are left as they are");
    }

    private void Problem(string what)
    {
        Problems++;
        warn($"{what}.");
    }
}
