using System.Data.Common;
using DuckDB.NET.Data;

namespace Superhero.Tables.Query;

/// <summary>DuckDB, in bounds: what does not fit into its memory it puts into a folder.</summary>
public sealed class Database : IDisposable
{
    private const int MemoryMebibytes = 512;

    private readonly DuckDBConnection _duck = new("DataSource=:memory:");

    /// <summary>Starts it.</summary>
    /// <param name="spill">The folder for what does not fit.</param>
    public Database(string spill)
    {
        _duck.Open();

        // Its cache of files outgrows its bound where there are many.
        Execute(
            $"""
            SET memory_limit = '{MemoryMebibytes}MiB';
            SET threads = {Environment.ProcessorCount};
            SET temp_directory = {Quote(spill)};
            SET enable_external_file_cache = false;
            SET preserve_insertion_order = false;
            SET autoinstall_known_extensions = false;
            SET TimeZone = 'UTC';
            """);
    }

    /// <summary>Runs statements that answer nothing.</summary>
    /// <exception cref="IOException">A file can't be read, or the disk is full.</exception>
    public void Execute(string sql) => Translate(() =>
    {
        using var command = Command(sql);
        return command.ExecuteNonQuery();
    });

    /// <summary>Runs a query.</summary>
    /// <exception cref="IOException">A file can't be read, or the disk is full.</exception>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> read) => Translate(() =>
    {
        using var command = Command(sql);
        using var rows = command.ExecuteReader();
        List<T> all = [];
        while (rows.Read())
        {
            all.Add(read(rows));
        }

        return all;
    });

    /// <summary>A text as SQL spells it.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <inheritdoc />
    public void Dispose() => _duck.Dispose();

    private DuckDBCommand Command(string sql)
    {
        var command = _duck.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static T Translate<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (DuckDBException exception)
        {
            throw new IOException($"The tables can't be read: {exception.Message}; verify says which file is at fault.", exception);
        }
    }
}
