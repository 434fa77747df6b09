using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.IO;
using Buffer = ParquetSharp.IO.Buffer;

namespace Superhero.Tables.Parquet;

/// <summary>A Parquet file of a table, open for reading. Columns that the table does not have are passed over. What is read is checked by
/// the CRC-32 that gzip keeps of each page.</summary>
public sealed class ParquetFile : IDisposable
{
    // Far more than any writer puts into one; a damaged file may say anything.
    private const int MaxRowsInGroup = 50_000_000;

    private readonly TableSchema _schema;
    private readonly ParquetFileReader _file;
    private readonly int[] _columns;
    private readonly Stack<IDisposable> _owned;

    static ParquetFile() => FreedMemory.Keep();

    private ParquetFile(TableSchema schema, ParquetFileReader file, int[] columns, Stack<IDisposable> owned) =>
        (_schema, _file, _columns, _owned) = (schema, file, columns, owned);

    /// <summary>What its writer noted in it.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.FileMetaData.KeyValueMetadata;

    /// <summary>How many row groups it has.</summary>
    public int RowGroups => _file.FileMetaData.NumRowGroups;

    /// <summary>Whether it has columns that the table, as this release knows it, does not have.</summary>
    public bool HasOtherColumns => _file.FileMetaData.NumColumns > _columns.Length;

    /// <summary>Opens a file that is in memory.</summary>
    /// <param name="schema">The table that it should be of.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="InvalidDataException">It is no Parquet file, it is damaged, or it has another schema.</exception>
    public static ParquetFile Open(TableSchema schema, byte[] content) => Open(schema, owned =>
    {
        var pinned = GCHandle.Alloc(content, GCHandleType.Pinned);
        owned.Push(new Releasing(pinned.Free));
        var buffer = Own(owned, new Buffer(pinned.AddrOfPinnedObject(), content.Length));
        return new ParquetFileReader(Own(owned, new BufferReader(buffer)));
    });

    /// <summary>Opens a file of which no more is read than is asked for.</summary>
    /// <param name="schema">The table that it should be of.</param>
    /// <param name="stream">The file, in which one can seek; it is closed with this.</param>
    /// <exception cref="InvalidDataException">It is no Parquet file, it is damaged, it has another schema, or it can't be read.</exception>
    public static ParquetFile Open(TableSchema schema, Stream stream) =>
        Open(schema, owned => new ParquetFileReader(Own(owned, new ManagedRandomAccessFile(Own(owned, stream)))));

    /// <summary>All of its rows.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or can't be read.</exception>
    public TableRows Read()
    {
        var groups = Enumerable.Range(0, RowGroups).Select(Read).ToList();
        var rows = groups.Sum(group => (long)group.Count);
        return rows == 0 ? throw new InvalidDataException("it has no rows")
            : rows != _file.FileMetaData.NumRows ? throw Inconsistent()
            : groups is [var one] ? one
            : TableRows.Concatenate(_schema, groups);
    }

    /// <summary>The rows of a row group.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or can't be read.</exception>
    public TableRows Read(int group) => Translate(() =>
    {
        using var reader = _file.RowGroup(group);
        return new TableRows(_schema, [.. _schema.Columns.Select((column, i) => Read(reader, column, _columns[i]))]);
    });

    /// <summary>The game_tokens of a row group.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or can't be read.</exception>
    public string[] ReadGames(int group) => Translate(() =>
    {
        using var reader = _file.RowGroup(group);
        return (string[])Read(reader, _schema.Columns[0], _columns[0]);
    });

    /// <summary>Whether a row group may have games with tokens from one to another, by its statistics.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or can't be read.</exception>
    public bool MayHave(int group, string first, string last) => Translate(() =>
    {
        using var reader = _file.RowGroup(group);
        using var chunk = reader.MetaData.GetColumnChunkMetaData(_columns[0]);
        using var statistics = chunk.Statistics as Statistics<ByteArray>;
        return statistics is not { HasMinMax: true }
            || (string.CompareOrdinal(Text(statistics.Min), last) <= 0 && string.CompareOrdinal(Text(statistics.Max), first) >= 0);
    });

    /// <inheritdoc />
    public void Dispose()
    {
        _file.Dispose();
        Release(_owned);
    }

    private static ParquetFile Open(TableSchema schema, Func<Stack<IDisposable>, ParquetFileReader> open)
    {
        Stack<IDisposable> owned = [];
        try
        {
            return Translate(() =>
            {
                var file = open(owned);
                owned.Push(file);
                var found = Enumerable.Range(0, file.FileMetaData.NumColumns).Select(i => Describe(file.FileMetaData.Schema.Column(i))).ToList();
                int[] columns = [.. schema.Descriptions.Select(column => found.IndexOf(column))];
                if (columns.Contains(-1))
                {
                    throw new InvalidDataException($"its schema is not that of {schema.Name}: {string.Join(", ", found)}");
                }

                return new ParquetFile(schema, file, columns, owned);
            });
        }
        catch
        {
            Release(owned);
            throw;
        }
    }

    private static string Describe(ColumnDescriptor column) =>
        column.Path.ToDotVector().Length == 1 ? ParquetColumn.Describe(column.SchemaNode) : column.Path.ToDotString();

    private static Array Read(RowGroupReader reader, ParquetColumn column, int index)
    {
        // No checksum covers what a file says of itself; a flipped bit there would make other rows of sound pages.
        var rows = reader.MetaData.NumRows;
        using var chunk = reader.MetaData.GetColumnChunkMetaData(index);
        if (rows is <= 0 or > MaxRowsInGroup || chunk.NumValues < rows || chunk.Compression == Compression.Uncompressed)
        {
            throw Inconsistent();
        }

        using var values = reader.Column(index);
        return column.Read(values, (int)rows);
    }

    private static InvalidDataException Inconsistent() => new("it says something of itself that no writer writes");

    private static T Translate<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is ParquetException or OverflowException or ArgumentException or InvalidCastException or OutOfMemoryException)
        {
            throw new InvalidDataException($"it can't be read as Parquet: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    private static unsafe string Text(ByteArray bytes) => System.Text.Encoding.UTF8.GetString((byte*)bytes.Pointer, bytes.Length);

    private static T Own<T>(Stack<IDisposable> owned, T one)
        where T : IDisposable
    {
        owned.Push(one);
        return one;
    }

    private static void Release(Stack<IDisposable> owned)
    {
        while (owned.TryPop(out var one))
        {
            one.Dispose();
        }
    }

    private sealed class Releasing(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
