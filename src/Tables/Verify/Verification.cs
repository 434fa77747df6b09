using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Verify;

/// <summary>Looks at every file of the tables: that it can be read to its last byte, has the right schema and holds what its name says; that
/// no game is twice; and that the tables have the same games with the same participants. It takes no more memory than the tokens of
/// one day's games and of those that are not yet merged.</summary>
/// <param name="store">Where the tables are.</param>
/// <param name="report">Told what is wrong, a line each.</param>
/// <param name="progress">Told from time to time how many files were looked at.</param>
public sealed class Verification(IOutputStore store, Action<string> report, Action<int> progress)
{
    private const int MostLooks = 5;

    private readonly TableFiles _files = new(store);
    private readonly Dictionary<Partition, List<UnmergedGame>> _unmerged = [];
    private readonly List<(UnmergedGame Game, string Problem)> _passing = [];

    /// <summary>How many problems there are.</summary>
    public int Problems { get; private set; }

    /// <summary>How many files were looked at.</summary>
    public int Files { get; private set; }

    /// <summary>How many games there are.</summary>
    public int Games { get; private set; }

    /// <summary>Looks at all of them.</summary>
    /// <exception cref="IOException">They can't be listed, or the output fails.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await LookAtGamesAsync(cancellationToken);
        await LookAtHeroesAsync();
        foreach (var partition in await _files.ListPartitionsAsync())
        {
            await LookAtAsync(partition, cancellationToken);
        }

        Games += _unmerged.Values.Sum(games => games.DistinctBy(game => game.File.Token).Count());

        // A game that was being written or merged when it was looked at is whole by now, or has no files of its own.
        foreach (var (game, problem) in _passing)
        {
            if ((await _files.ListAsync(game.File.Token)).Contains(game))
            {
                Problem(problem);
            }
        }
    }

    private async Task LookAtGamesAsync(CancellationToken cancellationToken)
    {
        var listing = await _files.ListGamesAsync();
        foreach (var stranger in listing.Strangers)
        {
            Problem($"{stranger}: its name is not that of a game's file");
        }

        UnmergedGame? before = null;
        await foreach (var read in new GameReader(store).ReadAsync(listing.Games, cancellationToken))
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

            if (before is { } other && other.File.Token == game.File.Token)
            {
                Problem($"{game.Path}: game {read.Token} also has files of silo {other.File.Silo}");
            }

            foreach (var (i, table) in TableSchema.OfGames.Index().Where(table => !game.IsIn(table.Index)))
            {
                _passing.Add((game, $"{game.Paths[1 - i]}: game {read.Token} is not in {table}"));
            }

            (_unmerged.TryGetValue(read.Partition, out var games) ? games : _unmerged[read.Partition] = []).Add(game);
            before = game;
        }
    }

    private async Task LookAtHeroesAsync()
    {
        try
        {
            using var file = ParquetFile.Open(TableSchema.Superhero, await store.ReadAsync(HeroTable.Path));
            file.Read();
        }
        catch (FileNotFoundException)
        {
            // No silo has seen the collection yet.
        }
        catch (InvalidDataException exception)
        {
            Problem($"{HeroTable.Path}: {exception.Message}");
        }
    }

    // What is merged while it is looked at is looked at again.
    private async Task LookAtAsync(Partition partition, CancellationToken cancellationToken)
    {
        PartitionCheck check;
        List<string> problems;
        IReadOnlyList<string> before;
        var again = MostLooks;
        do
        {
            problems = [];
            check = new PartitionCheck(partition, problems.Add);
            before = await ListAsync(partition);
            await CheckAsync(before, check, cancellationToken);
        }
        while (problems.Count > 0 && --again > 0 && !before.SequenceEqual(await ListAsync(partition)));

        problems.ForEach(Problem);
        CountFiles(before.Count);
        _unmerged.Remove(partition, out var unmerged);
        foreach (var game in unmerged ?? [])
        {
            if (check.PartOf(game.File.Token) is { } part)
            {
                _passing.Add((game, $"{game.Path}: game {game.File.Token} is also in {part}; compact removes what is merged already"));
            }
        }

        Games += check.Games + (unmerged ?? []).Where(game => check.PartOf(game.File.Token) is null).DistinctBy(game => game.File.Token).Count();
    }

    private async Task CheckAsync(IReadOnlyList<string> paths, PartitionCheck check, CancellationToken cancellationToken)
    {
        foreach (var parts in paths.GroupBy(path => path[(path.LastIndexOf('/') + 1)..], StringComparer.Ordinal).OrderBy(name => name.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            check.Add(await Task.WhenAll(parts.Select(path => Task.Run(
                () => ReadAsync(TableSchema.Merged.First(table => path.StartsWith(table.Folder, StringComparison.Ordinal)), path), cancellationToken))));
        }

        check.End();
    }

    private async Task<IReadOnlyList<string>> ListAsync(Partition partition)
    {
        List<string> paths = [];
        foreach (var table in TableSchema.Merged.Reverse())
        {
            paths.AddRange((await _files.ListPartsAsync(partition, table)).Select(part => part.Path));
        }

        return paths;
    }

    private async Task<ReadPart> ReadAsync(TableSchema table, string path)
    {
        try
        {
            using var file = ParquetFile.Open(table, await store.ReadAsync(path));
            return new ReadPart(table, path, file.Read(), file.Metadata.ContainsKey(PartParquet.SortedBy), null);
        }
        catch (Exception exception) when (store.IsOfFile(exception))
        {
            return new ReadPart(table, path, null, false, exception.Message.TrimEnd('.'));
        }
    }

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
