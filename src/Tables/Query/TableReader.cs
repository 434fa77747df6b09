using System.Data.Common;
using DuckDB.NET.Data;
using Superhero.Tables.Files;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Query;

/// <summary>Reads the two tables with SQL. GAME_META and GAME_PODIUM are views of the files of single games and of the parts
/// that games were merged into, with each game once.</summary>
public sealed class TableReader : IDisposable
{
    private readonly DuckDBConnection _duck = new("DataSource=:memory:");

    private TableReader() => _duck.Open();

    /// <summary>Opens the tables of an output folder.</summary>
    /// <exception cref="IOException">There are none.</exception>
    public static TableReader Open(string output) =>
        Of(TableSchema.All.Select(schema => (schema, new TableFiles(output, schema).Globs)));

    /// <summary>Opens some files of the tables.</summary>
    /// <param name="tables">Each table, with the paths or patterns of its files.</param>
    /// <exception cref="IOException">A table has none.</exception>
    public static TableReader Of(IEnumerable<(TableSchema Schema, IReadOnlyList<string> Files)> tables)
    {
        var reader = new TableReader();
        try
        {
            foreach (var (schema, files) in tables)
            {
                if (files.Count == 0)
                {
                    throw new IOException($"There is no file of {schema.Name}; name the folder that holds the tables with OUTPUT_DIR or --output.");
                }

                // While games are merged, and after a crash, one may be in two files; its rows are the same in both.
                reader.Execute($"CREATE VIEW {schema.Name} AS SELECT DISTINCT * FROM {Scan(files)}");
            }

            return reader;
        }
        catch (DuckDBException exception)
        {
            reader.Dispose();
            throw new IOException($"The tables can't be read: {exception.Message}; verify says which file is at fault.", exception);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>What a query says after FROM, to read files.</summary>
    /// <param name="files">Their paths, or patterns.</param>
    public static string Scan(IEnumerable<string> files) =>
        $"read_parquet([{string.Join(", ", files.Select(file => $"'{file.Replace("'", "''", StringComparison.Ordinal)}'"))}], hive_partitioning = false)";

    /// <summary>Runs a query.</summary>
    /// <exception cref="IOException">A file can't be read.</exception>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> read)
    {
        try
        {
            using var command = _duck.CreateCommand();
            command.CommandText = sql;
            using var rows = command.ExecuteReader();
            List<T> all = [];
            while (rows.Read())
            {
                all.Add(read(rows));
            }

            return all;
        }
        catch (DuckDBException exception)
        {
            throw new IOException($"The tables can't be read: {exception.Message}; verify says which file is at fault.", exception);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _duck.Dispose();

    private void Execute(string sql)
    {
        using var command = _duck.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
