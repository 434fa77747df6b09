using System.Data.Common;
using Superhero.Tables.Delta;
using Superhero.Tables.Files;
using Superhero.Tables.Heroes;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Query;

/// <summary>Reads the tables with SQL. GAME_META, GAME_PODIUM and GAME_SESSION are views of a snapshot of the Delta tables and of the single
/// games that it does not contain, with the day as a column, date; SUPERHERO has the heroes.</summary>
public sealed class TableReader : IDisposable
{
    // Of each table, the single games that it contains.
    private const string AlsoCompacted = "also_compacted";

    private readonly IOutputStore _store;
    private readonly Scratch _scratch;
    private readonly Database _database;
    private readonly string _folder;
    private readonly SingleGameParts _singles;
    private readonly List<string> _leftOut = [];
    private readonly Dictionary<(Partition Partition, TableSchema Table), IReadOnlyList<StoredFile>> _parts = [];

    private TableReader(IOutputStore store)
    {
        _store = store;
        _scratch = Scratch.Create(store.LocalFolder is { } output && IsPlainFolder(output) ? output : null);
        _database = new Database(Path.Combine(_scratch.Folder, "spill"));
        _folder = store.LocalFolder is not { } folder ? Path.Combine(_scratch.Folder, "fetched") : IsPlainFolder(folder) ? folder : Link(folder);
        _singles = new SingleGameParts(store, Path.Combine(_scratch.Folder, "singles"));
    }

    /// <summary>What is wrong with files that are therefore left out, those of single games and the heroes, a line each.</summary>
    public IReadOnlyList<string> LeftOut => [.. _singles.Problems, .. _leftOut];

    /// <summary>The partitions that there are, by day.</summary>
    internal IReadOnlyList<Partition> Partitions { get; private set; } = [];

    /// <summary>Opens the tables.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="period">Which games are of interest: those of all days that it touches.</param>
    /// <param name="cancellationToken">Ends the reading of single games.</param>
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

    /// <summary>Reads the single games and the snapshots of the tables; the views come later.</summary>
    internal static async Task<TableReader> PrepareAsync(IOutputStore store, Period period, CancellationToken cancellationToken)
    {
        var reader = new TableReader(store);
        try
        {
            await reader._singles.MakeAsync(period, cancellationToken);
            await reader.ListAsync(period, cancellationToken);
            await reader.FetchHeroesAsync();
            return reader;
        }
        catch (InvalidDataException exception)
        {
            reader.Dispose();
            throw new IOException($"{exception.Message}; verify names all files that are damaged.", exception);
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
        if (_store.LocalFolder is null && Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        foreach (var table in TableSchema.Compacted)
        {
            List<string> files = [];
            foreach (var partition in partitions)
            {
                files.AddRange(await FetchAsync(_parts.GetValueOrDefault((partition, table)) ?? [], cancellationToken));
            }

            Execute(
                $"""
                CREATE OR REPLACE VIEW {table} AS
                ({Select(table, files)}) UNION ALL BY NAME
                (FROM ({Select(table, [.. partitions.SelectMany(partition => _singles.PartsOf(partition, table))])})
                ANTI JOIN (SELECT game_token FROM {AlsoCompacted} WHERE name = '{table}') USING (game_token))
                """);
        }
    }

    // The snapshots are read after the single games, so that none is missed, and the table that is committed last comes first: the games that
    // it contains are in the others, too.
    private async Task ListAsync(Period period, CancellationToken cancellationToken)
    {
        Execute($"CREATE TABLE {AlsoCompacted} (name VARCHAR, game_token VARCHAR)");
        foreach (var schema in TableSchema.Compacted.Reverse())
        {
            var table = new DeltaTable(_store, schema);
            var snapshot = await table.Log.ReadAsync();
            foreach (var day in snapshot.Files.GroupBy(file => file.Partition).Where(day => period.Overlaps(day.Key)))
            {
                _parts[(day.Key, schema)] = [.. day.Select(table.StoredFileOf).OrderBy(file => file.Path, StringComparer.Ordinal)];
                await foreach (var some in table.Open(day).ReadAsync(_singles.GamesOf(day.Key), cancellationToken).Chunk(1000))
                {
                    Execute($"INSERT INTO {AlsoCompacted} VALUES {string.Join(", ", some.Select(game => $"('{schema}', {Database.Quote(game.Token)})"))}");
                }
            }
        }

        Partitions = [.. _parts.Keys.Select(part => part.Partition).Union(_singles.Partitions).OrderBy(partition => partition.Day)];
    }

    private async Task FetchHeroesAsync()
    {
        List<string> files = [];
        try
        {
            var heroes = await new HeroTable(_store).ReadAsync();
            if (heroes.Count > 0)
            {
                files.Add(Path.Combine(_scratch.Folder, "heroes"));
                await File.WriteAllBytesAsync(files[0], ParquetBytes.OfScratch(TableSchema.Superhero, [HeroTable.RowsOf(heroes)]));
            }
        }
        catch (IOException exception) when (exception.InnerException is InvalidDataException)
        {
            _leftOut.Add(exception.Message);
        }

        Execute($"CREATE VIEW {TableSchema.Superhero} AS {Select(TableSchema.Superhero, files)}");
    }

    private async Task<IEnumerable<string>> FetchAsync(IReadOnlyList<StoredFile> parts, CancellationToken cancellationToken)
    {
        if (parts.FirstOrDefault(part => !IsPlain(part.Path)) is { Path: { } odd })
        {
            throw new IOException($"{odd} is not the name of a part.");
        }

        if (_store.LocalFolder is null)
        {
            await Parallel.ForEachAsync(parts, cancellationToken, async (part, token) =>
            {
                var path = Path.Combine(_folder, part.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllBytesAsync(path, await _store.ReadAsync(part.Path), token);
            });
        }

        return parts.Select(part => $"{_folder}/{part.Path}");
    }

    private static string Select(TableSchema table, List<string> files)
    {
        var date = table != TableSchema.Superhero;
        return files.Count == 0
            ? $"SELECT {string.Join(", ", table.Columns.Select(column => $"NULL::{column.SqlType} AS {column.Name}"))}{(date ? ", NULL::DATE AS date" : "")} WHERE false"
            : $"SELECT {string.Join(", ", table.Columns.Select(column => column.Name))}{(date ? ", date" : "")}"
                + $" FROM read_parquet([{string.Join(", ", files.Select(Database.Quote))}], union_by_name = true, "
                + (date ? "hive_partitioning = true, hive_types = {'date': DATE})" : "hive_partitioning = false)");
    }

    // DuckDB takes these for patterns, or for what stands between folders.
    private static bool IsPlain(string path) => path.AsSpan().IndexOfAny("*?[\\") < 0;

    // And a folder such as date=… for a partition.
    private static bool IsPlainFolder(string path) => IsPlain(path) && !path.Contains('=', StringComparison.Ordinal);

    private string Link(string folder)
    {
        var link = Path.Combine(_scratch.Folder, "tables");
        if (!IsPlainFolder(link))
        {
            throw new IOException($"The folder {folder} has a name that DuckDB takes for a pattern, and so has the one for temporary files; name another one with TMPDIR.");
        }

        File.CreateSymbolicLink(link, folder);
        return link;
    }
}
