using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Verify;

/// <summary>Checks the tables: that the log and its checkpoint say the same, that every file that the log names is there, whole and as the log
/// says, that no game is in it twice, and that the tables and the single games agree. It takes no more memory than the tokens of one day's
/// games and of single games.</summary>
/// <param name="store">Where the tables are.</param>
/// <param name="report">Told what is wrong, a line each.</param>
/// <param name="progress">Told from time to time how many files were checked.</param>
public sealed class Verification(IOutputStore store, Action<string> report, Action<int> progress)
{
    private const int MaxAttempts = 5;

    private readonly TableFiles _files = new(store);
    private readonly Dictionary<Partition, List<(SingleGame Game, GameSum?[] Sums)>> _singles = [];
    private readonly List<(SingleGame Game, string Problem)> _passing = [];

    /// <summary>How many problems there are.</summary>
    public int Problems { get; private set; }

    /// <summary>How many files were checked.</summary>
    public int Files { get; private set; }

    /// <summary>How many games there are.</summary>
    public int Games { get; private set; }

    /// <summary>How many parts no log names. A compactor that died has left them, or they were replaced; they are removed in time.</summary>
    public int Unreferenced { get; private set; }

    /// <summary>Checks all of it.</summary>
    /// <exception cref="IOException">The output failed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await CheckSinglesAsync(cancellationToken);
        await CheckHeroesAsync();
        DeltaTable[] tables = [.. TableSchema.Compacted.Select(schema => new DeltaTable(store, schema))];
        foreach (var table in tables)
        {
            await CheckLogAsync(table);
        }

        // Single games were read before, so that none that is compacted meanwhile is missed.
        var snapshots = await ReadSnapshotsAsync(tables);
        foreach (var partition in snapshots.SelectMany(snapshot => snapshot.Files.Select(file => file.Partition)).Distinct().OrderBy(day => day.Day).ToList())
        {
            await CheckAsync(tables, snapshots, partition, cancellationToken);
        }

        Games += _singles.Values.Sum(games => games.DistinctBy(game => game.Game.File.Token).Count());

        // A game that was being written or compacted when it was checked is whole by now, or has no files of its own.
        foreach (var (game, problem) in _passing)
        {
            if ((await _files.ListAsync(game.File.Token)).Contains(game))
            {
                Problem(problem);
            }
        }
    }

    private async Task CheckSinglesAsync(CancellationToken cancellationToken)
    {
        var listing = await _files.ListGamesAsync();
        foreach (var stranger in listing.Strangers)
        {
            Problem($"{stranger}: its name is not that of a game's file");
        }

        SingleGame? before = null;
        var legacy = new LegacyParts(store);
        var singles = new GameReader(store).ReadAsync(listing.Games, cancellationToken);
        await foreach (var read in singles.Concat(ReadLegacyAsync(legacy, cancellationToken)).WithCancellation(cancellationToken))
        {
            var game = read.Game;
            CountFiles(game.Paths.Count(path => path is not null));
            if (read.IsGone)
            {
                _passing.Add((game, $"{game.Path}: it is listed, and is not there"));
                continue;
            }

            foreach (var problem in read.Problems)
            {
                Problem(problem);
            }

            if (game.Tables != 0 && before is { } other && other.File.Token == game.File.Token)
            {
                Problem($"{game.Path}: game {read.Token} also has files of silo {other.File.Silo}");
            }

            foreach (var (i, table) in TableSchema.OfGames.Index().Where(table => game.Tables != 0 && !game.IsIn(table.Index)))
            {
                _passing.Add((game, $"{game.Paths[1 - i]}: game {read.Token} is not in {table}"));
            }

            (_singles.TryGetValue(read.Partition, out var games) ? games : _singles[read.Partition] = []).Add(
                (game, [.. TableSchema.OfGames.Select(table => read.RowsIn(table) is { } rows ? GameSum.Of(table, rows, 0, rows.Count) : (GameSum?)null)]));
            before = game;
        }
    }

    private async IAsyncEnumerable<ReadGame> ReadLegacyAsync(LegacyParts legacy, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in await legacy.ListAsync())
        {
            CountFiles(day.Parts.Count);
            IReadOnlyList<ReadGame> games = [];
            try
            {
                games = await legacy.ReadAsync(day, cancellationToken);
            }
            catch (InvalidDataException exception)
            {
                Problem(exception.Message.TrimEnd('.'));
            }

            foreach (var game in games)
            {
                yield return game;
            }
        }
    }

    private async Task CheckHeroesAsync()
    {
        await CheckLogAsync(new DeltaTable(store, TableSchema.Superhero));
        try
        {
            await new HeroTable(store).ReadAsync();
        }
        catch (IOException exception) when (exception is FileNotFoundException || exception.InnerException is InvalidDataException)
        {
            Problem(exception.Message.TrimEnd('.'));
        }
    }

    private async Task CheckLogAsync(DeltaTable table)
    {
        try
        {
            var snapshot = await table.Log.ReadAsync();
            if (await table.Log.ReplayAsync() is { } replayed)
            {
                await table.Log.AdvanceAsync(snapshot);
                if (replayed.Version == snapshot.Version
                    && !replayed.Files.Select(file => (file.Path, file.Size, file.Stats)).ToHashSet().SetEquals(snapshot.Files.Select(file => (file.Path, file.Size, file.Stats))))
                {
                    Problem($"{table.Schema.DeltaFolder}: the checkpoint of version {snapshot.CheckpointVersion} does not say what the commits say");
                }
            }

            var named = snapshot.Files.Select(file => file.FilePath).ToHashSet(StringComparer.Ordinal);
            Unreferenced += (await table.ListPartsAsync()).Count(part => !named.Contains(part));
        }
        catch (InvalidDataException exception)
        {
            Problem(exception.Message.TrimEnd('.'));
        }
    }

    // The table that is committed last is read first: its games are then in the others, too.
    private static async Task<Snapshot[]> ReadSnapshotsAsync(DeltaTable[] tables)
    {
        var snapshots = new Snapshot[tables.Length];
        foreach (var (i, table) in tables.Index().Reverse())
        {
            try
            {
                snapshots[i] = await table.Log.ReadAsync();
            }
            catch (InvalidDataException)
            {
                // That was reported.
                snapshots[i] = new Snapshot();
            }
        }

        return snapshots;
    }

    // A day is checked again if its parts were replaced, or games were added to it, while it was checked.
    private async Task CheckAsync(DeltaTable[] tables, Snapshot[] snapshots, Partition partition, CancellationToken cancellationToken)
    {
        DayCheck check;
        List<string> problems;
        var attempt = 0;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            problems = [];
            check = new DayCheck(store, partition, problems.Add);
            snapshots = attempt == 0 ? snapshots : await ReadSnapshotsAsync(tables);
            foreach (var (i, table) in tables.Index())
            {
                foreach (var file in snapshots[i].FilesOf(partition))
                {
                    await Task.Run(() => check.AddAsync(i, table, file), cancellationToken);
                    CountFiles(attempt == 0 ? 1 : 0);
                }
            }

            check.End();
        }
        while (problems.Count > 0 && ++attempt < MaxAttempts && !AreSame(snapshots, await ReadSnapshotsAsync(tables), partition));

        problems.ForEach(Problem);
        _singles.Remove(partition, out var singles);
        foreach (var (game, sums) in singles ?? [])
        {
            if (!check.HasSameRows(game.File.Token, sums))
            {
                _passing.Add((game, $"{game.Path}: game {game.File.Token} is in the Delta tables with other rows"));
            }
        }

        Games += check.Games + (singles ?? []).Where(game => !check.Contains(game.Game.File.Token)).DistinctBy(game => game.Game.File.Token).Count();
    }

    private static bool AreSame(Snapshot[] before, Snapshot[] now, Partition partition) => before.Zip(now).All(pair =>
        pair.First.FilesOf(partition).Select(file => file.Path).ToHashSet().SetEquals(pair.Second.FilesOf(partition).Select(file => file.Path)));

    private void CountFiles(int count)
    {
        Files += count;
        progress(Files);
    }

    private void Problem(string what)
    {
        Problems++;
        report($"{what}.");
    }
}
