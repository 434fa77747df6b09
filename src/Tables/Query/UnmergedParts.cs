using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Query;

/// <summary>Puts games that are not yet merged into parts, in a folder for a query that is to read them: DuckDB would take far longer to open
/// their own files, and looks at no checksum.</summary>
/// <param name="store">Where they are.</param>
/// <param name="folder">The folder.</param>
internal sealed class UnmergedParts(IOutputStore store, string folder)
{
    private readonly Dictionary<(Partition Partition, TableSchema Table), List<string>> _parts = [];
    private readonly Dictionary<Partition, HashSet<string>> _games = [];
    private readonly List<string> _problems = [];

    /// <summary>The partitions that have some.</summary>
    public IReadOnlyCollection<Partition> Partitions => _games.Keys;

    /// <summary>What is wrong with files of games that are therefore left out, a line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The paths of the parts.</summary>
    public IReadOnlyList<string> PartsOf(Partition partition, TableSchema table) => _parts.GetValueOrDefault((partition, table)) ?? [];

    /// <summary>The tokens of the games in them.</summary>
    public IReadOnlyCollection<string> GamesOf(Partition partition) => _games.GetValueOrDefault(partition) ?? [];

    /// <summary>Reads the games, and makes the parts.</summary>
    /// <exception cref="IOException">The games can't be read, or the parts can't be written.</exception>
    public async Task MakeAsync(Period period, CancellationToken cancellationToken)
    {
        var batches = new GameBatches((partition, games) => WriteAsync(partition, games, cancellationToken));
        await foreach (var game in new GameReader(store).ReadAsync((await new TableFiles(store).ListGamesAsync()).Games, cancellationToken))
        {
            _problems.AddRange(game.Problems);

            // One of which one file is there is about to have the other, or was merged.
            if (game.IsWhole && period.Overlaps(game.Partition)
                && (_games.TryGetValue(game.Partition, out var tokens) ? tokens : _games[game.Partition] = new(StringComparer.Ordinal)).Add(game.Token))
            {
                await batches.AddAsync(game);
            }
        }

        await batches.FlushAsync();
    }

    private async Task WriteAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        var name = $"unmerged-{Guid.NewGuid():N}";
        foreach (var table in TableSchema.Merged)
        {
            var path = Path.Combine(folder, partition.PathOf(table, name));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var rows = games.Select(game => game.RowsIn(table)).ToList();
            await File.WriteAllBytesAsync(path, ParquetBytes.OfScratch(table, PartParquet.Groups(table, rows)), cancellationToken);
            (_parts.TryGetValue((partition, table), out var files) ? files : _parts[(partition, table)] = []).Add(path);
        }
    }
}
