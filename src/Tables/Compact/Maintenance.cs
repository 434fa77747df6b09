using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Compact;

/// <summary>Keeps the Delta tables in order: combines the parts of days that are over, and removes what no reader needs any more.</summary>
/// <param name="store">Where the tables are.</param>
/// <param name="retention">How long a part is kept after another one has replaced it.</param>
/// <param name="report">Told what was done, a line at a time.</param>
/// <param name="warn">Told what is wrong, a line at a time.</param>
/// <param name="clock">Tells the time.</param>
public sealed class Maintenance(IOutputStore store, TimeSpan retention, Action<string> report, Action<string> warn, TimeProvider clock)
{
    /// <summary>How long a part is kept that no commit names. Its writer may still be about to commit it.</summary>
    public static readonly TimeSpan UnreferencedRetention = TimeSpan.FromDays(1);

    private const int MaxAttempts = 10;
    private const long MaxRows = 1_000_000;

    /// <summary>Does what is due.</summary>
    /// <exception cref="IOException">The output failed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var schema in TableSchema.Compacted.Append(TableSchema.Superhero))
        {
            var table = new DeltaTable(store, schema);
            try
            {
                var snapshot = await table.Log.ReadAsync();
                if (snapshot.Version < 0)
                {
                    continue;
                }

                if (schema.IsPartitioned)
                {
                    await CombineAsync(table, snapshot, cancellationToken);
                }

                await RemovePartsAsync(table, cancellationToken);
                await table.Log.CleanAsync(clock.GetUtcNow());
            }
            catch (InvalidDataException exception)
            {
                warn($"{exception.Message}; {schema} is left as it is");
            }
        }
    }

    private async Task CombineAsync(DeltaTable table, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var days = snapshot.Files.GroupBy(file => file.Partition).Where(day => day.Count() > 1 && !(day.Key.Day >= today)).Select(day => day.Key);
        foreach (var day in days.OrderBy(day => day.Day).ToList())
        {
            while (Combinable(snapshot, day) is { Count: > 1 } parts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (await ReadAsync(table, day, parts) is not { } groups)
                {
                    break;
                }

                if (!await table.TryCommitAsync(snapshot, day, groups, replaced: parts, games: 0, dataChange: false, clock.GetUtcNow(), retention))
                {
                    // Another compactor is at work; the next pass continues.
                    return;
                }

                report($"{day}: parts of {table.Schema} combined into one: {parts.Count}");
            }
        }
    }

    /// <summary>The parts of a day that fit together into one, the smallest first.</summary>
    /// <param name="snapshot">The table.</param>
    /// <param name="day">The day.</param>
    /// <param name="maxRows">How many rows a part has at most.</param>
    public static IReadOnlyList<AddedFile> Combinable(Snapshot snapshot, Partition day, long maxRows = MaxRows)
    {
        var rows = 0L;
        return
        [
            .. snapshot.FilesOf(day).Select(file => (File: file, file.Rows)).Where(file => file.Rows > 0)
                .OrderBy(file => file.Rows).ThenBy(file => file.File.Path, StringComparer.Ordinal)
                .TakeWhile(file => (rows += file.Rows) <= maxRows).Select(file => file.File),
        ];
    }

    // The row groups of the combined part, sorted by token; null if the parts can't be combined.
    private async Task<IEnumerable<TableRows>?> ReadAsync(DeltaTable table, Partition day, IReadOnlyList<AddedFile> files)
    {
        List<(string Token, TableRows Rows, int Start, int Count)> games = [];
        foreach (var path in files.Select(file => table.StoredFileOf(file).Path))
        {
            try
            {
                using var part = ParquetFile.Open(table.Schema, await store.ReadAsync(path));
                if (part.HasOtherColumns)
                {
                    return null;
                }

                var rows = part.Read();
                games.AddRange(rows.Runs().Select(run => (run.Game, rows, run.Start, run.Count)));
            }
            catch (FileNotFoundException)
            {
                // It was replaced and removed meanwhile; the next pass continues with the newest snapshot.
                return null;
            }
            catch (Exception exception) when (store.IsOfFile(exception))
            {
                throw new InvalidDataException($"{path}: {exception.Message.TrimEnd('.')}", exception);
            }
        }

        games.Sort((one, other) => string.CompareOrdinal(one.Token, other.Token));
        if (games.Zip(games.Skip(1)).Any(pair => pair.First.Token == pair.Second.Token))
        {
            warn($"{day}: a game is in two parts of {table.Schema}; verify names it, and the parts are not combined");
            return null;
        }

        return PartParquet.Groups(table.Schema, games.Select(game => game.Rows.Slice(game.Start, game.Count)));
    }

    // A compactor that was paused may be about to commit a part that is removed here. So this commits first: a part that was there before
    // that commit, and that it does not name, was written for a version that is taken by now, and can't be committed any more.
    private async Task RemovePartsAsync(DeltaTable table, CancellationToken cancellationToken)
    {
        var parts = await table.ListPartsAsync();
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (snapshot, now) = (await table.Log.ReadAsync(), clock.GetUtcNow());
            var removable = Removable(parts, snapshot, now);
            if (removable.Count == 0)
            {
                return;
            }

            if (await table.Log.TryCommitAsync(snapshot, [DeltaAction.Info("VACUUM END", now, GameParquet.Writer, 0, blindAppend: false)], now, retention))
            {
                foreach (var part in removable)
                {
                    await store.DeleteAsync(table.Schema.DeltaFolder + part);
                }

                report($"{table.Schema}: parts removed that are no longer needed: {removable.Count}");
                return;
            }
        }
    }

    /// <summary>The parts that can be removed once a commit has been made: those that the table does not contain, either any more since the
    /// retention, or at all after a day.</summary>
    /// <param name="parts">The parts that there are.</param>
    /// <param name="snapshot">The table.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<string> Removable(IEnumerable<string> parts, Snapshot snapshot, DateTimeOffset now)
    {
        var tombstones = snapshot.Tombstones.ToDictionary(file => Uri.UnescapeDataString(file.Path), StringComparer.Ordinal);
        var named = snapshot.Files.Select(file => file.FilePath).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. parts.Where(part => !named.Contains(part) && (tombstones.TryGetValue(part, out var tombstone)
                ? tombstone.IsExpired(now - retention)
                : PartName.TimeOf(part) < now - UnreferencedRetention)),
        ];
    }
}
