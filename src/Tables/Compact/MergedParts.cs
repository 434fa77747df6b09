using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Compact;

/// <summary>The parts that games are merged into.</summary>
/// <param name="store">Where they are.</param>
internal sealed class MergedParts(IOutputStore store)
{
    private static readonly TableSchema[] Merged = [.. TableSchema.Merged];

    private readonly TableFiles _files = new(store);

    /// <summary>The parts of a partition, to look for games in them.</summary>
    public async Task<MergedGames> OpenAsync(Partition partition, TableSchema table) => new(store, table, await ListAsync(partition, table));

    /// <summary>What has to be merged of some games, as it is in no part yet.</summary>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    public async Task<MergePlan> PlanAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        var tables = new byte[games.Count];
        foreach (var (i, table) in Merged.Index())
        {
            var merged = await (await OpenAsync(partition, table)).FindAsync([.. games.Select(game => game.Token)], cancellationToken);
            foreach (var (at, _) in games.Index().Where(game => !merged.Contains(game.Item.Token)))
            {
                tables[at] |= (byte)(1 << i);
            }
        }

        return new MergePlan(partition, [.. games.Zip(tables, (game, into) => (game.Game.File, into)).Where(one => one.into != 0)]);
    }

    /// <summary>Whether any of a merge's games are in other parts than its own.</summary>
    /// <exception cref="InvalidDataException">A part is damaged.</exception>
    public async Task<bool> AreElsewhereAsync(MergePlan merge, CancellationToken cancellationToken)
    {
        foreach (var (i, table) in Merged.Index())
        {
            var tokens = merge.Games.Where(one => MergePlan.IsInto(i, one.Tables)).Select(one => one.Game.Token.ToString("D"));
            var parts = await ListAsync(merge.Partition, table);
            parts.RemoveAll(part => part.Path == merge.Partition.PathOf(table, merge.Name));
            if ((await new MergedGames(store, table, parts).FindAsync([.. tokens], cancellationToken)).Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the parts of a merge, and reads them back.</summary>
    /// <exception cref="IOException">The output fails.</exception>
    public async Task WriteAsync(MergePlan merge, IReadOnlyList<ReadGame> games)
    {
        var read = games.ToDictionary(game => game.Game.File);
        foreach (var (i, table) in Merged.Index())
        {
            var rows = merge.Games.Where(one => MergePlan.IsInto(i, one.Tables)).Select(one => read[one.Game].RowsIn(table)).ToList();
            if (rows.Count > 0)
            {
                var (path, part) = (merge.Partition.PathOf(table, merge.Name), PartParquet.Create(table, rows));
                await store.WriteAsync(path, part);
                var written = await store.ReadAsync(path);
                if (!part.AsSpan().SequenceEqual(written))
                {
                    throw new IOException($"{path} holds something else than was written.");
                }
            }
        }
    }

    // Where a game's day is not known, it may have been merged on any.
    private async Task<List<StoredFile>> ListAsync(Partition partition, TableSchema table)
    {
        List<StoredFile> parts = [];
        foreach (var one in partition.Day is null ? await _files.ListPartitionsAsync() : [partition])
        {
            parts.AddRange(await _files.ListPartsAsync(one, table));
        }

        return parts;
    }
}
