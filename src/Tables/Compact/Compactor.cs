using System.Globalization;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Compact;

/// <summary>Merges the files of single games into larger parts, a folder for each day on which games ended. It only ever adds parts, and no
/// game is in two of them. It removes a game's own files once it has read their rows back from the parts, so that whenever it is
/// stopped, every row is in at least one file; what it finds merged already it removes and does not merge again.</summary>
/// <param name="store">Where the tables are.</param>
/// <param name="lease">The right to merge.</param>
/// <param name="report">Told what was done, a line a time.</param>
/// <param name="warn">Told what is wrong, a line a time.</param>
/// <param name="clock">Tells which games end in the future; that of the system where none is given.</param>
public sealed class Compactor(IOutputStore store, IMergeLease lease, Action<string> report, Action<string> warn, TimeProvider? clock = null)
{
    private readonly TableFiles _files = new(store);
    private readonly MergedParts _parts = new(store);
    private readonly GameReader _reader = new(store);
    private readonly HashSet<Partition> _damaged = [];

    /// <summary>How many games are merged now that were not.</summary>
    public int Games { get; private set; }

    /// <summary>How many games are left for a later time, as they have not ended in the period.</summary>
    public int Waiting { get; private set; }

    /// <summary>How many things were found that are wrong, each of which was reported.</summary>
    public int Problems { get; private set; }

    /// <summary>Merges the games that ended in a period.</summary>
    /// <exception cref="IOException">The output fails, or the right to merge is another one's.</exception>
    public async Task RunAsync(Period period, CancellationToken cancellationToken)
    {
        using var alone = store.LockForMerging();
        if (await lease.GetUnfinishedAsync() is { } unfinished)
        {
            await FinishAsync(unfinished, cancellationToken);
        }

        Dictionary<Partition, int> left = [];
        var unknown = 0;
        var batches = new GameBatches((partition, games) => MergeAsync(partition, games, cancellationToken));
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
            else if (game.IsGone)
            {
                // Someone has merged it, or removed it.
            }
            else if (period.Contains(game.Times.EndedAt))
            {
                await batches.AddAsync(game);
            }
            else
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

#pragma warning disable RS0030 // Outside a silo there is no other clock here.
        var today = DateOnly.FromDateTime((clock ?? TimeProvider.System).GetUtcNow().UtcDateTime);
#pragma warning restore RS0030
        foreach (var (partition, games) in left.Where(one => one.Key.Day > today).OrderBy(one => one.Key.Day))
        {
            report($"{partition}: games that end in the future: {games}; they are merged once that day is over.");
        }
    }

    // The parts are those that another one began to write, and may be still writing.
    private async Task FinishAsync(MergePlan merge, CancellationToken cancellationToken)
    {
        List<ReadGame> games = [];
        await foreach (var game in _reader.ReadAsync(merge.Games.Select(one => new UnmergedGame(one.Game, 0b11)), cancellationToken))
        {
            games.Add(game);
        }

        var elsewhere = true;
        try
        {
            // Who merged without the record, as Redis was away, may have put the games into other parts.
            elsewhere = await _parts.AreElsewhereAsync(merge, cancellationToken);

            // Files are removed only when the parts are all there; those that are left are seen to like all others.
            if (!elsewhere && games.All(game => game.IsWhole))
            {
                await _parts.WriteAsync(merge, games);
                await RemoveAsync(merge.Partition, games, merge, cancellationToken);
            }
        }
        catch (InvalidDataException exception)
        {
            LeaveDamaged(merge.Partition, exception);
        }

        await lease.EndAsync(elsewhere ? merge with { Games = [] } : merge);
    }

    private async Task MergeAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        if (_damaged.Contains(partition))
        {
            return;
        }

        try
        {
            var whole = games.Where(game => game.IsWhole).DistinctBy(game => game.Token).ToList();
            var merge = await _parts.PlanAsync(partition, whole, cancellationToken);
            if (merge.Games.Count > 0)
            {
                await lease.BeginAsync(merge);
                await _parts.WriteAsync(merge, whole);
                Games += merge.Games.Count;
            }

            await RemoveAsync(partition, games, merge, cancellationToken);
            if (merge.Games.Count > 0)
            {
                await lease.EndAsync(merge);
            }
        }
        catch (InvalidDataException exception)
        {
            LeaveDamaged(partition, exception);
        }
    }

    private void LeaveDamaged(Partition partition, InvalidDataException exception)
    {
        _damaged.Add(partition);
        Problem($"{exception.Message}; the games of {partition} are left as they are");
    }

    // Those whose rows are just read back from a part need no other look.
    private async Task RemoveAsync(Partition partition, IReadOnlyList<ReadGame> games, MergePlan merge, CancellationToken cancellationToken)
    {
        var written = merge.Games.ToDictionary(one => one.Game, one => one.Tables);
        var (kept, removed) = (new HashSet<string>(StringComparer.Ordinal), 0);
        List<string>[] safe = [[], []];
        foreach (var (i, table) in TableSchema.OfGames.Index())
        {
            var just = games.ToLookup(game => written.TryGetValue(game.Game.File, out var tables) && MergePlan.IsInto(i, tables));
            var others = just[false].Where(game => game.Game.IsIn(i) && game.Problems.Count == 0 && !game.IsGone).ToLookup(game => game.Token);
            safe[i].AddRange(just[true].Select(game => game.Token));
            HashSet<string> found = [];
            await foreach (var merged in (await _parts.OpenAsync(partition, table)).ReadAsync([.. others.Select(game => game.Key)], cancellationToken))
            {
                found.Add(merged.Token);
                if (others[merged.Token].All(game => game.RowsIn(table).AreSame(merged.Rows)))
                {
                    safe[i].Add(merged.Token);
                }
                else if (kept.Add(merged.Token))
                {
                    Problem($"game {merged.Token} is in {merged.Part.Path} already, with other rows; its own files are kept");
                }
            }

            // GAME_META is written first, so that with it alone a game may be on its way.
            foreach (var game in others.Where(game => !found.Contains(game.Key)).SelectMany(game => game))
            {
                kept.Add(game.Token);
                if (i > 0)
                {
                    Problem($"{game.Game.File.PathIn(table)}: the game is not in {TableSchema.Meta}; it is left as it is");
                }
            }
        }

        var removable = safe.Select(tokens => tokens.Where(token => !kept.Contains(token)).ToHashSet(StringComparer.Ordinal)).ToList();
        foreach (var some in games.Chunk(64))
        {
            cancellationToken.ThrowIfCancellationRequested();
            removed += (await Task.WhenAll(some.Select(RemoveFilesAsync))).Sum();
        }

        if (removed > 0)
        {
            report(string.Create(CultureInfo.InvariantCulture, $"{partition}: games merged: {games.Where(game => removable.Any(tokens => tokens.Contains(game.Token))).DistinctBy(game => game.Token).Count()}, files removed: {removed}"));
        }

        async Task<int> RemoveFilesAsync(ReadGame game)
        {
            var count = 0;
            foreach (var (i, table) in TableSchema.OfGames.Index().Where(table => game.Game.IsIn(table.Index) && removable[table.Index].Contains(game.Token)))
            {
                await store.DeleteAsync(game.Game.File.PathIn(table));
                count++;
            }

            return count;
        }
    }

    private void Problem(string what)
    {
        Problems++;
        warn($"{what}.");
    }
}
