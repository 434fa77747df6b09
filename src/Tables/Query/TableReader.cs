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
    // Of each table, the games that were merged after their own files were read.
    private const string AlsoMerged = "also_merged";

    private readonly IOutputStore _store;
    private readonly Scratch _scratch;
    private readonly Database _database;
    private readonly string _folder;
    private readonly UnmergedParts _unmerged;
    private readonly List<string> _leftOut = [];
    private readonly Dictionary<(Partition Partition, TableSchema Table), IReadOnlyList<StoredFile>> _parts = [];

    private TableReader(IOutputStore store)
    {
        _store = store;
        _scratch = Scratch.Create(store.LocalFolder is { } output && IsPlainFolder(output) ? output : null);
        _database = new Database(Path.Combine(_scratch.Folder, "spill"));
        _folder = store.LocalFolder is not { } folder ? Path.Combine(_scratch.Folder, "fetched") : IsPlainFolder(folder) ? folder : Link(folder);
        _unmerged = new UnmergedParts(store, Path.Combine(_scratch.Folder, "unmerged"));
    }

    /// <summary>What is wrong with files that are therefore left out, those of games not yet merged and the heroes, a line each.</summary>
    public IReadOnlyList<string> LeftOut => [.. _unmerged.Problems, .. _leftOut];

    /// <summary>The partitions that there are, by day.</summary>
    internal IReadOnlyList<Partition> Partitions { get; private set; } = [];

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

    /// <summary>Reads what is not yet merged, and lists what is; the views come later.</summary>
    internal static async Task<TableReader> PrepareAsync(IOutputStore store, Period period, CancellationToken cancellationToken)
    {
        var reader = new TableReader(store);
        try
        {
            await reader._unmerged.MakeAsync(period, cancellationToken);
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

        List<string> withoutSession = [];
        foreach (var table in TableSchema.Merged)
        {
            List<string> files = [];
            foreach (var partition in partitions)
            {
                files.AddRange(await FetchAsync(_parts[(partition, table)], cancellationToken));
            }

            withoutSession = table == TableSchema.Podium ? files
                : table == TableSchema.Session ? [.. withoutSession.ExceptBy(files.Select(NameInPartition), NameInPartition)]
                : withoutSession;
            var games =
                $"""
                ({Select(table, files)}) UNION ALL BY NAME
                (FROM ({Select(table, [.. partitions.SelectMany(partition => _unmerged.PartsOf(partition, table))])})
                ANTI JOIN (SELECT game_token FROM {AlsoMerged} WHERE name = '{table}') USING (game_token))
                """;

            // Parts of releases before 0.3.0 have no sessions beside them; where a merge died, they may be in another part, or to come.
            Execute($"CREATE OR REPLACE VIEW {table} AS " + (table != TableSchema.Session || withoutSession.Count == 0 ? games : $"""
                WITH sessions AS ({games})
                FROM sessions UNION ALL BY NAME
                SELECT game_token, count(*)::UINTEGER AS participants, sum(rounds)::UBIGINT AS attacks, '' AS silo, date
                FROM ({Select(TableSchema.Podium, withoutSession)}) ANTI JOIN sessions USING (game_token) GROUP BY game_token, date
                """));
        }
    }

    // Once: what is merged later shall not be there twice, and its own files are read.
    private async Task ListAsync(Period period, CancellationToken cancellationToken)
    {
        var files = new TableFiles(_store);
        Partitions =
        [
            .. (await files.ListPartitionsAsync()).Union(_unmerged.Partitions).Where(period.Overlaps).OrderBy(partition => partition.Day),
        ];
        Execute($"CREATE TABLE {AlsoMerged} (name VARCHAR, game_token VARCHAR)");

        // The last to be written first: what is in it is then in the others, too.
        foreach (var (partition, table) in Partitions.SelectMany(_ => TableSchema.Merged.Reverse(), (partition, table) => (partition, table)))
        {
            var parts = await files.ListPartsAsync(partition, table);
            _parts[(partition, table)] = parts;
            var merged = await new MergedGames(_store, table, parts).FindAsync(_unmerged.GamesOf(partition), cancellationToken);
            foreach (var some in merged.Chunk(1000))
            {
                Execute($"INSERT INTO {AlsoMerged} VALUES {string.Join(", ", some.Select(token => $"('{table}', {Database.Quote(token)})"))}");
            }
        }
    }

    private async Task FetchHeroesAsync()
    {
        List<string> files = [];
        try
        {
            var heroes = await _store.ReadAsync(HeroTable.Path);
            using (var file = ParquetFile.Open(TableSchema.Superhero, heroes))
            {
                file.Read();
            }

            files.Add(Path.Combine(_scratch.Folder, "heroes"));
            await File.WriteAllBytesAsync(files[0], heroes);
        }
        catch (InvalidDataException exception)
        {
            _leftOut.Add($"{HeroTable.Path}: {exception.Message}");
        }
        catch (FileNotFoundException)
        {
            // No silo has seen the collection yet.
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

    // The partition's folder and the file's name.
    private static string NameInPartition(string path) => string.Join('/', path.Split('/')[^2..]);

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
