using System.Globalization;
using System.Text.Json;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Delta;

/// <summary>The log of a Delta table. A commit creates the next numbered file if, and only if, it does not exist.</summary>
/// <param name="store">Where the table is.</param>
/// <param name="table">The table.</param>
public sealed class DeltaLog(IOutputStore store, TableSchema table)
{
    private const int CheckpointInterval = 100;

    /// <summary>How long commits are kept that a checkpoint covers.</summary>
    public static readonly TimeSpan LogRetention = TimeSpan.FromDays(30);

    // A bucket answers many requests at a time.
    private readonly int _atOnce = store.LocalFolder is null ? 8 : 1;

    private string Folder => table.DeltaFolder + "_delta_log/";

    private string LastCheckpoint => Folder + "_last_checkpoint";

    /// <summary>Reads the newest version. It lists the log only if the last checkpoint can't be found.</summary>
    /// <returns>Version −1 if there is no table.</returns>
    /// <exception cref="IOException">The log can't be read.</exception>
    /// <exception cref="InvalidDataException">The log is damaged, or needs a later release.</exception>
    public async Task<Snapshot> ReadAsync()
    {
        var snapshot = await ReadCheckpointAsync(await GetLastCheckpointAsync()) ?? new Snapshot();
        await AdvanceAsync(snapshot);
        if (snapshot.Version < 0)
        {
            var (_, checkpoints) = await ListAsync();
            if (checkpoints.Count > 0)
            {
                snapshot = await ReadCheckpointAsync(checkpoints[^1]) ?? snapshot;
                await AdvanceAsync(snapshot);
            }
        }

        return snapshot;
    }

    /// <summary>Replays the log from its first commit, without any checkpoint.</summary>
    /// <returns>Null if the first commit is gone, or there is none.</returns>
    public async Task<Snapshot?> ReplayAsync()
    {
        var snapshot = new Snapshot();
        await AdvanceAsync(snapshot);
        return snapshot.Version < 0 ? null : snapshot;
    }

    /// <summary>Adds the commits that were made since.</summary>
    public async Task AdvanceAsync(Snapshot snapshot)
    {
        while (true)
        {
            var commits = await Task.WhenAll(Enumerable.Range(1, _atOnce).Select(i => TryReadAsync(PathOf(snapshot.Version + i))));
            foreach (var commit in commits)
            {
                if (commit is null)
                {
                    return;
                }

                Apply(snapshot, commit);
            }
        }
    }

    /// <summary>Commits.</summary>
    /// <param name="snapshot">The version that the commit follows; it becomes the new one.</param>
    /// <param name="actions">What is committed. The first commit of a table also gets its protocol and its schema.</param>
    /// <param name="now">The time.</param>
    /// <param name="retention">How long tombstones are kept.</param>
    /// <returns>False if somebody else has committed that version.</returns>
    /// <exception cref="IOException">The store failed, and the commit may have been made.</exception>
    public async Task<bool> TryCommitAsync(Snapshot snapshot, IReadOnlyList<DeltaAction> actions, DateTimeOffset now, TimeSpan retention)
    {
        DeltaAction[] all = [.. actions.Take(1), .. snapshot.Begin(table, now), .. actions.Skip(1)];
        var (path, commit) = (PathOf(snapshot.Version + 1), DeltaAction.Format(all));

        // If the answer to the first request was lost, a second one finds the file that the first one has created.
        if (!await store.TryCreateAsync(path, commit) && !(await store.ReadAsync(path)).SequenceEqual(commit))
        {
            return false;
        }

        snapshot.Apply(snapshot.Version + 1, all);
        if (snapshot.Version - snapshot.CheckpointVersion >= CheckpointInterval)
        {
            await WriteCheckpointAsync(snapshot, now - retention);
        }

        return true;
    }

    /// <summary>Removes commits and checkpoints that are older than <see cref="LogRetention"/> and that a later checkpoint covers.</summary>
    public async Task CleanAsync(DateTimeOffset now)
    {
        var (commits, checkpoints) = await ListAsync();
        var (low, high) = (-1, checkpoints.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            var commit = await TryReadAsync(PathOf(checkpoints[middle]));
            (low, high) = commit is null || TimeOf(DeltaAction.Parse(commit)) < now - LogRetention ? (middle, high) : (low, middle - 1);
        }

        foreach (var version in low < 0 ? [] : commits.Where(version => version < checkpoints[low]))
        {
            await store.DeleteAsync(PathOf(version));
        }

        foreach (var version in low < 0 ? [] : checkpoints.Take(low))
        {
            await store.DeleteAsync(CheckpointOf(version));
        }
    }

    private static DateTimeOffset TimeOf(IEnumerable<DeltaAction> commit) => DateTimeOffset.FromUnixTimeMilliseconds(
        commit.Select(action => action.CommitInfo).FirstOrDefault(info => info is not null) is { } info && info.TryGetProperty("timestamp", out var time)
            ? time.GetInt64() : long.MaxValue / 1_000_000);

    private async Task WriteCheckpointAsync(Snapshot snapshot, DateTimeOffset expired)
    {
        var actions = snapshot.ToCheckpoint(expired);
        var content = Checkpoint.Write(actions);
        await store.WriteAsync(CheckpointOf(snapshot.Version), content);
        snapshot.CheckpointVersion = snapshot.Version;

        // A process that was paused must not put the pointer back.
        if (await GetLastCheckpointAsync() < snapshot.Version)
        {
            await store.WriteAsync(LastCheckpoint, JsonSerializer.SerializeToUtf8Bytes(new
            {
                version = snapshot.Version,
                size = actions.Count,
                sizeInBytes = content.Length,
                numOfAddFiles = snapshot.Files.Count,
            }));
        }
    }

    private async Task<long> GetLastCheckpointAsync()
    {
        try
        {
            using var last = JsonDocument.Parse(await TryReadAsync(LastCheckpoint) ?? "{}"u8.ToArray());
            return last.RootElement.TryGetProperty("version", out var version) && !last.RootElement.TryGetProperty("parts", out _) ? version.GetInt64() : -1;
        }
        catch (JsonException)
        {
            // It only saves the listing.
            return -1;
        }
    }

    private async Task<Snapshot?> ReadCheckpointAsync(long version)
    {
        if (version < 0 || await TryReadAsync(CheckpointOf(version)) is not { } content)
        {
            return null;
        }

        var snapshot = new Snapshot { CheckpointVersion = version };
        try
        {
            snapshot.Apply(version, Checkpoint.Read(content));
            return snapshot;
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{CheckpointOf(version)}: {exception.Message}", exception);
        }
    }

    private void Apply(Snapshot snapshot, byte[] commit)
    {
        try
        {
            snapshot.Apply(snapshot.Version + 1, DeltaAction.Parse(commit));
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{PathOf(snapshot.Version + 1)}: {exception.Message}", exception);
        }
    }

    // The versions of the commits and of the checkpoints.
    private async Task<(List<long> Commits, List<long> Checkpoints)> ListAsync()
    {
        var names = await store.ListAsync(Folder).Select(file => file.Path[Folder.Length..]).ToListAsync();
        return (Versions(".json"), Versions(".checkpoint.parquet"));

        List<long> Versions(string ending) =>
        [
            .. names.Where(name => name.Length == 20 + ending.Length && name.EndsWith(ending, StringComparison.Ordinal) && name[..20].All(char.IsAsciiDigit))
                .Select(name => long.Parse(name[..20], CultureInfo.InvariantCulture)).Order(),
        ];
    }

    private async Task<byte[]?> TryReadAsync(string path)
    {
        try
        {
            return await store.ReadAsync(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}.json");

    private string CheckpointOf(long version) => string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:D20}.checkpoint.parquet");
}
