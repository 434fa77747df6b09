using System.Data.Common;
using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Query;

/// <summary>Reads the tables with SQL. GAME_META, GAME_PODIUM and GAME_SESSION are views that have each game once, merged or not, with its
/// partition as a column, date; SUPERHERO has the heroes.</summary>
public sealed class TableReader : IDisposable
{
    private readonly IOutputStore _store;
    private readonly TableFiles _files;
    private readonly Scratch _scratch;
    private readonly Database _database;
    private readonly string _folder;

    private readonly Dictionary<(Partition Partition, TableSchema Table), List<string>> _unmerged = [];
    private readonly List<string> _leftOut = [];

    private TableReader(IOutputStore store)
    {
        _store = store;
        _files = new TableFiles(store);
        _scratch = Scratch.Create(store.LocalFolder is { } output && IsPlain(output) ? output : null);
        _database = new Database(Path.Combine(_scratch.Folder, "spill"));
        _folder = store.LocalFolder is not { } folder ? _scratch.Folder : IsPlain(folder) ? folder : Link(folder);
    }

    /// <summary>Opens the tables.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="period">Which games are of interest: those of all days that it touches.</param>
    /// <param name="cancellationToken">Ends the reading of games that are not yet merged.</param>
    /// <exception cref="IOException">They can't be read.</exception>
    public static async Task<TableReader> OpenAsync(IOutputStore store, Period period, CancellationToken cancellationToken)
    {
        var reader = await PrepareAsync(store, period, cancellationToken);
        try
        {
            await reader.ShowAsync(reader.Partitions, cancellationToken);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with files of games that are therefore left out, a line each.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>The partitions that there are, by day.</summary>
    internal IReadOnlyList<Partition> Partitions { get; private set; } = [];

    /// <summary>Runs a query.</summary>
    /// <exception cref="IOException">A file can't be read, or the disk is full.</exception>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> read) => _database.Query(sql, read);

    /// <summary>Runs statements that answer nothing.</summary>
    /// <exception cref="IOException">A file can't be read, or the disk is full.</exception>
    public void Execute(string sql) => _database.Execute(sql);

    /// <inheritdoc />
    public void Dispose()
    {
        _database.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Reads what is not yet merged; the views come later.</summary>
    internal static async Task<TableReader> PrepareAsync(IOutputStore store, Period period, CancellationToken cancellationToken)
    {
        var reader = new TableReader(store);
        try
        {
            await reader.ReadUnmergedAsync(period, cancellationToken);
            reader.Partitions =
            [
                .. (await reader._files.ListPartitionsAsync()).Concat(reader._unmerged.Keys.Select(one => one.Partition)).Distinct()
                    .Where(period.Overlaps).OrderBy(partition => partition.Day),
            ];
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Lets the views show some of the partitions.</summary>
    internal async Task ShowAsync(IReadOnlyCollection<Partition> partitions, CancellationToken cancellationToken)
    {
        if (_store.LocalFolder is null && Directory.Exists(Path.Combine(_folder, "superhero")))
        {
            Directory.Delete(Path.Combine(_folder, "superhero"), recursive: true);
        }

        Dictionary<TableSchema, List<string>> files = TableSchema.Merged.ToDictionary(table => table, _ => new List<string>());
        foreach (var partition in partitions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var table in TableSchema.Merged)
            {
                files[table].AddRange(_unmerged.GetValueOrDefault((partition, table)) ?? []);
                files[table].AddRange(await FetchAsync(await _files.ListPartsAsync(partition, table)));
            }
        }

        var sessions = files[TableSchema.Session].Select(NameInPartition).ToHashSet(StringComparer.Ordinal);
        var withoutSession = files[TableSchema.Podium].Where(file => !sessions.Contains(NameInPartition(file))).ToList();
        foreach (var table in TableSchema.OfGames)
        {
            Execute($"CREATE OR REPLACE VIEW {table} AS {Select(table, files[table])}");
        }

        // Parts of releases before 0.3.0 have no sessions beside them; of another merge that died, they may be in another part.
        var select = Select(TableSchema.Session, files[TableSchema.Session]);
        Execute($"CREATE OR REPLACE VIEW {TableSchema.Session} AS " + (withoutSession.Count == 0 ? select : $"""
            WITH sessions AS ({select})
            FROM sessions UNION ALL BY NAME
            SELECT game_token, count(*)::UINTEGER AS participants, sum(rounds)::UBIGINT AS attacks, '' AS silo, date
            FROM ({Select(TableSchema.Podium, withoutSession)}) ANTI JOIN sessions USING (game_token) GROUP BY game_token, date
            """));
    }

    private async Task ReadUnmergedAsync(Period period, CancellationToken cancellationToken)
    {
        var batches = new GameBatches((partition, games) => PutAsync(partition, games, cancellationToken));
        await foreach (var game in new GameReader(_store).ReadAsync((await _files.ListGamesAsync()).Games, cancellationToken))
        {
            _leftOut.AddRange(game.Problems);

            // One that has one file is about to have the other, or was merged.
            if (game.IsWhole && period.Overlaps(game.Partition))
            {
                await batches.AddAsync(game);
            }
        }

        await batches.FlushAsync();
        await PutHeroesAsync();
    }

    // As they will be merged, but for what is merged already; in the midst of a merge that is more in one table than in another.
    private async Task PutAsync(Partition partition, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        var name = $"unmerged-{Guid.NewGuid():N}";
        foreach (var table in TableSchema.Merged)
        {
            var merged = await FindAsync(partition, table, games, cancellationToken);
            var fresh = games.Where(game => !merged.Contains(game.Token)).DistinctBy(game => game.Token).Select(game => game.RowsIn(table)).ToList();
            if (fresh.Count > 0)
            {
                var path = Path.Combine(_scratch.Folder, "unmerged", partition.PathOf(table, name));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllBytesAsync(path, ParquetBytes.OfScratch(table, PartParquet.Groups(table, fresh)), cancellationToken);
                (_unmerged.TryGetValue((partition, table), out var files) ? files : _unmerged[(partition, table)] = []).Add(path);
            }
        }
    }

    private async Task<HashSet<string>> FindAsync(
        Partition partition, TableSchema table, IReadOnlyList<ReadGame> games, CancellationToken cancellationToken)
    {
        try
        {
            var parts = await _files.ListPartsAsync(partition, table);
            return await new MergedGames(_store, table, parts).FindAsync([.. games.Select(game => game.Token)], cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"{exception.Message}; verify names all files that are damaged.", exception);
        }
    }

    private async Task PutHeroesAsync()
    {
        List<string> files = [];
        try
        {
            var heroes = await _store.ReadAsync(HeroTable.Path);
            files.Add(Path.Combine(_scratch.Folder, "heroes"));
            await File.WriteAllBytesAsync(files[0], heroes);
        }
        catch (FileNotFoundException)
        {
            // No silo has seen the collection yet.
        }

        Execute($"CREATE VIEW {TableSchema.Superhero} AS {Select(TableSchema.Superhero, files)}");
    }

    private async Task<IEnumerable<string>> FetchAsync(IReadOnlyList<StoredFile> parts)
    {
        if (parts.FirstOrDefault(part => !IsPlain(part.Path)) is { Path: { } odd })
        {
            throw new IOException($"{odd} is not the name of a part.");
        }

        if (_store.LocalFolder is null)
        {
            await Parallel.ForEachAsync(parts, async (part, cancellationToken) =>
            {
                var path = Path.Combine(_folder, part.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllBytesAsync(path, await _store.ReadAsync(part.Path), cancellationToken);
            });
        }

        return parts.Select(part => $"{_folder}/{part.Path}");
    }

    private static string Select(TableSchema table, List<string> files)
    {
        var columns = string.Join(", ", table.Columns.Select(column => column.Name));
        var date = table == TableSchema.Superhero ? "" : ", date";
        return files.Count == 0
            ? $"SELECT {string.Join(", ", table.Columns.Select(column => $"NULL::{column.SqlType} AS {column.Name}"))}{(date.Length > 0 ? ", NULL::DATE AS date" : "")} WHERE false"
            : $"SELECT {columns}{date} FROM read_parquet([{string.Join(", ", files.Select(Database.Quote))}], union_by_name = true, "
                + (date.Length > 0 ? "hive_partitioning = true, hive_types = {'date': DATE})" : "hive_partitioning = false)");
    }

    // The partition's folder and the file's name.
    private static string NameInPartition(string path) => string.Join('/', path.Split('/')[^2..]);

    // DuckDB takes these for patterns, or for what stands between folders.
    private static bool IsPlain(string path) => path.AsSpan().IndexOfAny("*?[\\") < 0;

    private string Link(string folder)
    {
        var link = Path.Combine(_scratch.Folder, "tables");
        if (!IsPlain(link))
        {
            throw new IOException($"The folder {folder} has a name that DuckDB takes for a pattern; link to it from another one.");
        }

        File.CreateSymbolicLink(link, folder);
        return link;
    }
}
