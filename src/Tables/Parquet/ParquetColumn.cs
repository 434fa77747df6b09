using ParquetSharp;
using ParquetSharp.Schema;

namespace Superhero.Tables.Parquet;

/// <summary>A column of a table: its place in the schema, and how its values are read and written.</summary>
public abstract class ParquetColumn
{
    private readonly string _name;
    private readonly PhysicalType _physical;

    private protected ParquetColumn(string name, PhysicalType physical) => (_name, _physical) = (name, physical);

    /// <summary>A column of strings, each of them there.</summary>
    public static ParquetColumn Strings(string name) => new Column<string>(name, PhysicalType.ByteArray, LogicalType.String);

    /// <summary>A column of unsigned whole numbers, each of them there.</summary>
    /// <typeparam name="T">The numbers' type in .NET.</typeparam>
    /// <param name="name">The column's name.</param>
    /// <param name="bits">How wide it is.</param>
    public static ParquetColumn UnsignedIntegers<T>(string name, int bits) => new Column<T>(
        name, bits > 32 ? PhysicalType.Int64 : PhysicalType.Int32, () => LogicalType.Int(bits, isSigned: false));

    /// <summary>The column's node in a schema.</summary>
    public Node ToNode() => new PrimitiveNode(_name, Repetition.Required, Logical(), _physical);

    /// <summary>Reads the values of a row group.</summary>
    public abstract Array Read(RowGroupReader group, int index);

    /// <summary>Writes values that <see cref="Read"/> has read, one array after the other.</summary>
    public abstract void Write(RowGroupWriter group, IReadOnlyList<Array> values);

    private protected abstract LogicalType Logical();

    private sealed class Column<T>(string name, PhysicalType physical, Func<LogicalType> logical) : ParquetColumn(name, physical)
    {
        public override Array Read(RowGroupReader group, int index)
        {
            using var column = group.Column(index);
            using var reader = column.LogicalReader<T>();
            return reader.ReadAll(checked((int)group.MetaData.NumRows));
        }

        public override void Write(RowGroupWriter group, IReadOnlyList<Array> values)
        {
            using var column = group.NextColumn();
            using var writer = column.LogicalWriter<T>();
            foreach (var batch in values)
            {
                writer.WriteBatch((T[])batch);
            }
        }

        private protected override LogicalType Logical() => logical();
    }
}
