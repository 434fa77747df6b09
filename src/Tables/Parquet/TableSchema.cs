using ParquetSharp.Schema;
using Superhero.Tables.Files;

namespace Superhero.Tables.Parquet;

/// <summary>One of the two tables.</summary>
public sealed class TableSchema
{
    /// <summary>GAME_META, the dimension: a row a participant.</summary>
    public static readonly TableSchema Meta = new(
        GameFile.Meta,
        ParquetColumn.Strings("game_token"), ParquetColumn.Strings("user_token"), ParquetColumn.UnsignedIntegers<ushort>("superhero_id", 16));

    /// <summary>GAME_PODIUM, the fact: a row a participant.</summary>
    public static readonly TableSchema Podium = new(
        GameFile.Podium,
        ParquetColumn.Strings("game_token"), ParquetColumn.Strings("user_token"),
        ParquetColumn.UnsignedIntegers<byte>("rank", 8), ParquetColumn.UnsignedIntegers<ushort>("rounds", 16),
        ParquetColumn.UnsignedIntegers<ulong>("damage_received", 64), ParquetColumn.UnsignedIntegers<ulong>("damage_sent", 64));

    /// <summary>Both tables.</summary>
    public static readonly IReadOnlyList<TableSchema> All = [Meta, Podium];

    private TableSchema(string name, params ParquetColumn[] columns)
    {
        Name = name;
        Columns = columns;
        Root = new GroupNode("schema", ParquetSharp.Repetition.Required, [.. columns.Select(column => column.ToNode())]);
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>Its columns, game_token and user_token first.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>Parquet's own schema.</summary>
    public GroupNode Root { get; }

    /// <summary>The folder of the table's files, within the output folder.</summary>
    public string Folder => Path.Combine("superhero", Name);

    /// <summary>Spells a schema out.</summary>
    public static string Describe(GroupNode schema) => string.Join(
        ", ",
        schema.Fields.Select(field => field is PrimitiveNode column
            ? $"{column.Name} {column.Repetition} {column.PhysicalType} {column.LogicalType}"
            : $"{field.Name} a group"));
}
