using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Query;

/// <summary>Puts games that are not compacted into parts, in a folder for a query that is to read them: DuckDB would take far longer to open
/// their own files, and looks at no checksum.</summary>
/// <param name="store">Where they are.</param>
/// <param name="folder">The folder.</param>
internal sealed class SingleGameParts(IOutputStore store, string folder)
{
    private readonly Dictionary<(Partition Partition, TableSchema Table), List<string>> _parts = [];
    private readonly Dictionary<Partition, HashSet<string>> _games = [];
    private readonly List<string> _withoutEnd = [];
    private readonly List<string> _problems = [];

    /// <summary>The partitions that have some.</summary>
    public IReadOnlyCollection<Partition> Partitions => _games.Keys;

    /// <summary>What is wrong with files of games that are therefore left out, a line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The paths of the parts.</summary>
    public IReadOnlyList<string> PartsOf(Partition partition, TableSchema table) => _parts.GetValueOrDefault((partition, table)) ?? [];

    /// <summary>The tokens of the games in them that the tables may have on a day: those that ended on it, and those whose end is not known.</summary>
    public IReadOnlyCollection<string> GamesOf(Partition partition) => [.. _games.GetValueOrDefault(partition) ?? [], .. _withoutEnd];

    /// <summary>Reads the games, and makes the parts.</summary>
    /// <exception cref="IOException">The games can't be read, or the parts can't be written.</exception>
    public async Task MakeAsync(Period period, CancellationToken cancellationToken)
    {
        HashSet<string> tokens = new(StringComparer.Ordinal);
        var batches = new GameBatches((partition, games) => WriteAsync(partition, games, cancellationToken));
        var legacy = new LegacyParts(store);
        var days = (await legacy.ListAsync()).ToAsyncEnumerable().SelectMany(async (day, cancel) => (IEnumerable<ReadGame>)await legacy.ReadAsync(day, cancel));
        var singles = new GameReader(store).ReadAsync((await new TableFiles(store).ListGamesAsync()).Games, cancellationToken);
        await foreach (var game in singles.Concat(days).WithCancellation(cancellationToken))
        {
            _problems.AddRange(game.Problems);

            // A game that has only one of its files is about to have the other one, or is compacted.
            if (game.IsWhole && period.Overlaps(game.Partition) && tokens.Add(game.Token))
            {
                (_games.TryGetValue(game.Partition, out var some) ? some : _games[game.Partition] = new(StringComparer.Ordinal)).Add(game.Token);
                if (game.Times.EndedAt.Microseconds is null)
                {
                    _withoutEnd.Add(game.Token);
                }

                await batches.AddAsync(game);
            }
        }

        await batches.FlushAsync();
    }

    private async Task WriteAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        var name = $"single-{Guid.NewGuid():N}{GameFile.Extension}";
        foreach (var table in TableSchema.Compacted)
        {
            var path = Path.Combine(folder, table.Name, partition.Folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var groups = PartParquet.Groups(table, games.Select(game => game.RowsIn(table)!));
            await File.WriteAllBytesAsync(path, ParquetBytes.OfScratch(table, groups), cancellationToken);
            (_parts.TryGetValue((partition, table), out var files) ? files : _parts[(partition, table)] = []).Add(path);
        }
    }
}
