using ParquetSharp;
using ParquetSharp.Schema;
using static System.Text.Encoding;

namespace Superhero.Tables.Parquet;

/// <summary>A column of a table: its place in the schema, and how its values are read and written. They are read as Parquet stores
/// them, since the library's readers and writers of logical values, which convert, take far longer on small files.</summary>
public abstract class ParquetColumn
{
    private readonly Repetition _repetition;
    private readonly PhysicalType _physical;
    private readonly Func<LogicalType> _logical;

    private ParquetColumn(string name, Repetition repetition, PhysicalType physical, Func<LogicalType> logical, string sqlType, string? deltaType) =>
        (Name, _repetition, _physical, _logical, SqlType, DeltaType) = (name, repetition, physical, logical, sqlType, deltaType);

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>Its type in DuckDB.</summary>
    public string SqlType { get; }

    /// <summary>Its type in Delta Lake; null for an unsigned number, which Delta Lake does not have.</summary>
    public string? DeltaType { get; }

    /// <summary>A column of strings, each of them there; in .NET, an array of strings.</summary>
    public static ParquetColumn Strings(string name) => new StringColumn(name);

    /// <summary>A column of unsigned whole numbers, each of them there; in .NET, an array of int, or of long for 64 bits.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="bits">How wide it is: 8, 16, 32 or 64.</param>
    public static ParquetColumn UnsignedIntegers(string name, int bits) => bits > 32
        ? new NumberColumn<long>(name, PhysicalType.Int64, bits, isSigned: false, "UBIGINT", null)
        : new NumberColumn<int>(name, PhysicalType.Int32, bits, isSigned: false, bits == 8 ? "UTINYINT" : "USMALLINT", null);

    /// <summary>A column of whole numbers, each of them there; in .NET, an array of int, or of long for 64 bits.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="bits">How wide it is: 16, 32 or 64.</param>
    public static ParquetColumn Integers(string name, int bits) => bits > 32
        ? new NumberColumn<long>(name, PhysicalType.Int64, bits, isSigned: true, "BIGINT", "long")
        : new NumberColumn<int>(name, PhysicalType.Int32, bits, isSigned: true, bits == 16 ? "SMALLINT" : "INTEGER", bits == 16 ? "short" : "integer");

    /// <summary>A column of times in UTC, to the microsecond. Some may be missing. In .NET, an array of microseconds since 1970,
    /// with null for a missing time.</summary>
    public static ParquetColumn OptionalTimes(string name) => new TimeColumn(name);

    /// <summary>The column's node in a schema.</summary>
    public Node ToNode() => new PrimitiveNode(Name, _repetition, _logical(), _physical);

    /// <summary>Spells a column out. Whether it may lack values is left out: a reader of ours has no need that it may.</summary>
    public static string Describe(Node field) => field is PrimitiveNode { Repetition: not Repetition.Repeated } column
        ? $"{column.Name} {column.PhysicalType} {column.LogicalType}"
        : $"{field.Name} a group";

    /// <summary>Reads the values of a row group.</summary>
    /// <exception cref="InvalidDataException">There are fewer than there should be.</exception>
    internal abstract Array Read(ColumnReader column, int rows);

    /// <summary>Writes values such as <see cref="Read"/> gives.</summary>
    internal abstract void Write(ColumnWriter column, Array values);

    /// <summary>One array of several.</summary>
    internal abstract Array Concatenate(IReadOnlyList<Array> parts);

    /// <summary>A part of an array.</summary>
    internal abstract Array Slice(Array values, int start, int count);

    /// <summary>Whether two arrays hold the same values.</summary>
    internal abstract bool Same(Array one, Array other);

    /// <summary>A value, null where it is missing.</summary>
    internal abstract IComparable? Value(Array values, int index);

    private static int Next(int read) => read > 0 ? read : throw new InvalidDataException("a column has fewer values than the file says");

    private abstract class Column<T>(string name, Repetition repetition, PhysicalType physical, Func<LogicalType> logical, string sqlType, string? deltaType)
        : ParquetColumn(name, repetition, physical, logical, sqlType, deltaType)
        where T : IEquatable<T>?
    {
        internal override Array Concatenate(IReadOnlyList<Array> parts)
        {
            if (parts is [var one])
            {
                return one;
            }

            var all = new T[parts.Sum(part => part.Length)];
            var at = 0;
            foreach (var part in parts)
            {
                part.CopyTo(all, at);
                at += part.Length;
            }

            return all;
        }

        internal override Array Slice(Array values, int start, int count) => ((T[])values).AsSpan(start, count).ToArray();

        internal override bool Same(Array one, Array other) => ((T[])one).AsSpan().SequenceEqual((T[])other);

        internal override IComparable? Value(Array values, int index) => ((T[])values)[index] switch
        {
            Time time => time.Microseconds,
            var value => (IComparable?)value,
        };
    }

    private sealed class StringColumn(string name) : Column<string>(name, Repetition.Required, PhysicalType.ByteArray, LogicalType.String, "VARCHAR", "string")
    {
        private const int Batch = 4096;

        internal override unsafe Array Read(ColumnReader column, int rows)
        {
            var (reader, values, at) = ((ColumnReader<ByteArray>)column, new string[rows], 0);
            var batch = new ByteArray[Math.Min(rows, Batch)];
            while (at < rows)
            {
                // What these point to is there until the next page is read.
                _ = reader.ReadBatch(Math.Min(batch.Length, rows - at), batch, out var read);
                for (var i = 0; i < Next((int)read); i++)
                {
                    // A game's rows stand together, and so do its tokens.
                    values[at] = i > 0 && Bytes(batch[i]).SequenceEqual(Bytes(batch[i - 1])) ? values[at - 1] : UTF8.GetString(Bytes(batch[i]));
                    at++;
                }
            }

            return values;

            static ReadOnlySpan<byte> Bytes(ByteArray value) => new((void*)value.Pointer, value.Length);
        }

        internal override unsafe void Write(ColumnWriter column, Array values)
        {
            var strings = (string[])values;
            var texts = new ByteArray[strings.Length];
            var bytes = new byte[strings.Sum(UTF8.GetByteCount)];
            fixed (byte* first = bytes)
            {
                var end = 0;
                for (var i = 0; i < texts.Length; i++)
                {
                    var length = UTF8.GetBytes(strings[i], bytes.AsSpan(end));
                    texts[i] = new ByteArray((nint)(first + end), length);
                    end += length;
                }

                ((ColumnWriter<ByteArray>)column).WriteBatch(texts);
            }
        }
    }

    private sealed class NumberColumn<T>(string name, PhysicalType physical, int bits, bool isSigned, string sqlType, string? deltaType)
        : Column<T>(name, Repetition.Required, physical, () => LogicalType.Int(bits, isSigned), sqlType, deltaType)
        where T : unmanaged, IEquatable<T>
    {
        internal override Array Read(ColumnReader column, int rows)
        {
            var (reader, values, at) = ((ColumnReader<T>)column, new T[rows], 0);
            while (at < rows)
            {
                _ = reader.ReadBatch(rows - at, values.AsSpan(at), out var read);
                at += Next((int)read);
            }

            return values;
        }

        internal override void Write(ColumnWriter column, Array values) => ((ColumnWriter<T>)column).WriteBatch((T[])values);
    }

    private sealed class TimeColumn(string name) : Column<Time>(
        name, Repetition.Optional, PhysicalType.Int64, () => LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros), "TIMESTAMPTZ", "timestamp")
    {
        internal override Array Read(ColumnReader column, int rows)
        {
            var (reader, times, at) = ((ColumnReader<long>)column, new Time[rows], 0);
            var (there, values) = (new short[rows], new long[rows]);
            Array.Fill(there, column.ColumnDescriptor.MaxDefinitionLevel);
            while (at < rows)
            {
                var levels = reader.ReadBatch(rows - at, there.AsSpan(at), [], values, out _);
                for (var (end, i) = (at + Next((int)levels), 0); at < end; at++)
                {
                    times[at] = new Time(there[at] == 0 ? null : values[i++]);
                }
            }

            return times;
        }

        internal override void Write(ColumnWriter column, Array values)
        {
            var times = (Time[])values;
            ((ColumnWriter<long>)column).WriteBatch(
                times.Length, [.. times.Select(time => (short)(time.Microseconds is null ? 0 : 1))], [],
                [.. times.Where(time => time.Microseconds is not null).Select(time => time.Microseconds!.Value)]);
        }
    }
}

/// <summary>A time in a table.</summary>
/// <param name="Microseconds">The microseconds since 1970, in UTC; null where it is not known.</param>
public readonly record struct Time(long? Microseconds)
{
    /// <summary>The moment; null where it is not known.</summary>
    public DateTimeOffset? Moment => Microseconds is { } microseconds ? DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds) : null;

    /// <summary>The time to the microsecond.</summary>
    public static Time Of(DateTimeOffset? time) => new((time - DateTimeOffset.UnixEpoch)?.Ticks / TimeSpan.TicksPerMicrosecond);
}
