using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Compact;

/// <summary>The Delta tables of compacted games.</summary>
/// <param name="store">Where they are.</param>
/// <param name="retention">How long tombstones stay in the log.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class CompactedTables(IOutputStore store, TimeSpan retention, TimeProvider clock)
{
    // Others' commits are only as many as their batches of games.
    private const int MaxAttempts = 100;

    private readonly DeltaTable[] _tables = [.. TableSchema.Compacted.Select(schema => new DeltaTable(store, schema))];
    private readonly Snapshot?[] _snapshots = new Snapshot?[TableSchema.Compacted.Count];

    /// <summary>Whether the games are those of release 0.2.0, of which the day is not that of their end.</summary>
    public bool IsImporting { get; set; }

    /// <summary>Adds those of some games that the tables lack, in one commit for each table.</summary>
    /// <returns>What was committed, for each table.</returns>
    /// <exception cref="IOException">The output failed.</exception>
    /// <exception cref="InvalidDataException">A part or a log is damaged.</exception>
    public async Task<IReadOnlyList<WrittenPart>> AppendAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        var written = new WrittenPart[_tables.Length];
        for (var i = 0; i < _tables.Length; i++)
        {
            written[i] = await AppendAsync(i, partition, games, cancellationToken);
        }

        return written;
    }

    private async Task<WrittenPart> AppendAsync(int table, Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var snapshot = await AdvanceAsync(table);
            var found = await _tables[table].Open(await FilesForAsync(snapshot, partition)).FindAsync([.. games.Select(game => game.Token)], cancellationToken);
            var lacking = games.Where(game => !found.Contains(game.Token)).ToList();
            if (lacking.Count == 0)
            {
                return new WrittenPart(null, new HashSet<GameFile>());
            }

            var now = clock.GetUtcNow();
            var groups = PartParquet.Groups(_tables[table].Schema, lacking.Select(game => game.RowsIn(_tables[table].Schema)!));
            AddedFile part;
            try
            {
                part = await _tables[table].WriteAsync(partition, groups, now, dataChange: true);
            }
            catch (FileNotFoundException)
            {
                // Whoever removed it has committed, so that it could not be committed any more.
                continue;
            }

            DeltaAction[] commit = [DeltaAction.Info("WRITE", now, GameParquet.Writer, lacking.Count, blindAppend: false), new() { Add = part }];
            if (await _tables[table].Log.TryCommitAsync(snapshot, commit, now, retention))
            {
                return new WrittenPart(part, lacking.Select(game => game.Game.File).ToHashSet());
            }

            // A commit of another compactor may contain the same games.
            await _tables[table].DiscardAsync(part);
        }

        throw new IOException($"{_tables[table].Schema}: {MaxAttempts} commits failed, as others committed at the same time.");
    }

    /// <summary>Finds the games that all tables contain with the same rows. The snapshots are read anew: only what they name is safe.</summary>
    /// <param name="partition">The day on which the games ended.</param>
    /// <param name="games">The games.</param>
    /// <param name="written">What was just committed of them.</param>
    /// <param name="problem">Told of games that the tables contain with other rows.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Their tokens.</returns>
    public async Task<HashSet<string>> FindContainedAsync(
        Partition partition, IReadOnlyList<ReadGame> games, IReadOnlyList<WrittenPart> written, Action<string> problem, CancellationToken cancellationToken)
    {
        var contained = games.Where(game => game.Problems.Count == 0).Select(game => game.Token).ToHashSet(StringComparer.Ordinal);
        foreach (var (i, table) in _tables.Index())
        {
            var snapshot = await table.Log.ReadAsync();
            var just = written[i].Part is { } part && snapshot.Names(part.Path) ? written[i].Games : new HashSet<GameFile>();
            var others = games.Where(game => contained.Contains(game.Token) && !just.Contains(game.Game.File)).ToLookup(game => game.Token);
            var found = games.Where(game => just.Contains(game.Game.File)).Select(game => game.Token).ToHashSet(StringComparer.Ordinal);
            await foreach (var there in table.Open(await FilesForAsync(snapshot, partition)).ReadAsync([.. others.Select(game => game.Key)], cancellationToken))
            {
                found.Add(there.Token);
                if (table.Schema != TableSchema.Session && others[there.Token].Any(game => game.RowsIn(table.Schema)?.AreSame(there.Rows) is false))
                {
                    problem($"game {there.Token} is in {there.Part.Path} already, with other rows; its own files are kept");
                    contained.Remove(there.Token);
                }
            }

            // GAME_META is written first, so that a game without a podium may be on its way.
            foreach (var game in others.SelectMany(some => some).Where(game => i == 0 && game.Meta is null && !found.Contains(game.Token)))
            {
                problem($"{game.Game.Path}: the game is not in {TableSchema.Meta}; it is left as it is");
            }

            contained.IntersectWith(found);
        }

        return contained;
    }

    // The parts that may contain games of a day. A game that release 0.2.0 wrote has no known end: its day is the one on which its files were
    // written, or none. If such a game was replayed, its parts may be those of another day.
    private async Task<IEnumerable<AddedFile>> FilesForAsync(Snapshot snapshot, Partition partition)
    {
        if (partition.Day is not { } day)
        {
            return snapshot.Files;
        }

        if (!IsImporting && DateTimeOffset.FromUnixTimeMilliseconds(snapshot.Metadata?.CreatedTime ?? 0) < Period.StartOf(day))
        {
            return snapshot.FilesOf(partition);
        }

        var sessions = _snapshots[^1] ?? await AdvanceAsync(_tables.Length - 1);
        var others = sessions.Files.Where(file => IsImporting ? file.Nulls("ended_at") < file.Rows : file.Partition.Day > day && file.Nulls("ended_at") > 0)
            .Select(file => file.Partition).ToHashSet();
        return snapshot.Files.Where(file => file.Partition == partition || file.Partition.Day is null || others.Contains(file.Partition));
    }

    private async Task<Snapshot> AdvanceAsync(int table)
    {
        if (_snapshots[table] is { } snapshot)
        {
            await _tables[table].Log.AdvanceAsync(snapshot);
            return snapshot;
        }

        return _snapshots[table] = await _tables[table].Log.ReadAsync();
    }
}

/// <summary>A part that was just committed.</summary>
/// <param name="Part">The part; null if the table lacked nothing.</param>
/// <param name="Games">The games in it, by their files.</param>
internal sealed record WrittenPart(AddedFile? Part, IReadOnlySet<GameFile> Games);
