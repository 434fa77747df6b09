using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Compact;

/// <summary>The Delta tables of compacted games.</summary>
/// <param name="store">Where they are.</param>
/// <param name="retention">How long tombstones stay in the log.</param>
/// <param name="problem">Told of games that can't be compacted.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class CompactedTables(IOutputStore store, TimeSpan retention, Action<string> problem, TimeProvider clock)
{
    // Others' commits are only as many as their batches of games.
    private const int MaxAttempts = 100;

    private readonly DeltaTable[] _tables = [.. TableSchema.Compacted.Select(schema => new DeltaTable(store, schema))];
    private readonly Snapshot?[] _snapshots = new Snapshot?[TableSchema.Compacted.Count];

    /// <summary>Whether the games are those of release 0.2.0, which did not note the day on which a game ended.</summary>
    public bool IsImporting { get; set; }

    /// <summary>The number of games that were added to a table.</summary>
    public int Games { get; private set; }

    /// <summary>Adds those of some games that the tables lack, in one commit for each table.</summary>
    /// <returns>The tokens of the games that committed snapshots of all tables contain with the same rows.</returns>
    /// <exception cref="IOException">The output failed.</exception>
    /// <exception cref="InvalidDataException">A part or a log is damaged.</exception>
    public async Task<HashSet<string>> AppendAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        HashSet<string> added = [], contained = [.. games.Select(game => game.Token)];
        for (var i = 0; i < _tables.Length; i++)
        {
            var rows = await AppendAsync(i, partition, games, added, cancellationToken);
            foreach (var game in games)
            {
                var there = rows.GetValueOrDefault(game.Token);
                if (there is null && i == 0 && game.Meta is null)
                {
                    // GAME_META is written first, so that a game without a podium may be on its way.
                    problem($"{game.Game.Path}: the game is not in {TableSchema.Meta}; it is left as it is");
                }

                var isSame = there is not null && (_tables[i].Schema == TableSchema.Session || game.RowsIn(_tables[i].Schema)?.AreSame(there) is not false);
                if (there is not null && !isSame)
                {
                    problem($"game {game.Token} is in {_tables[i].Schema} already, with other rows; its own files are kept");
                }

                if (!isSame)
                {
                    contained.Remove(game.Token);
                }
            }
        }

        Games += added.Count;
        return contained;
    }

    // The rows that the table has of the games, by token.
    private async Task<Dictionary<string, TableRows>> AppendAsync(
        int index, Partition partition, IReadOnlyList<ReadGame> games, HashSet<string> added, CancellationToken cancellationToken)
    {
        var table = _tables[index];
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Dictionary<string, TableRows> rows = new(StringComparer.Ordinal);
            var snapshot = await AdvanceAsync(index);
            await foreach (var there in table.Open(await FilesForAsync(snapshot, partition)).ReadAsync([.. games.Select(game => game.Token)], cancellationToken))
            {
                rows[there.Token] = there.Rows;
            }

            var lacking = games.Where(game => game.IsWhole && rows.TryAdd(game.Token, game.RowsIn(table.Schema)!)).Select(game => game.Token).ToList();
            var groups = PartParquet.Groups(table.Schema, lacking.Select(token => rows[token]));
            if (lacking.Count == 0 || await table.TryCommitAsync(
                snapshot, partition, groups, replaced: [], lacking.Count, dataChange: true, clock.GetUtcNow(), retention))
            {
                added.UnionWith(lacking);
                return rows;
            }

            // The commit of another compactor may contain the same games.
        }

        throw new IOException($"{table.Schema}: {MaxAttempts} commits failed, as others committed at the same time.");
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
