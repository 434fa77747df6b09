using System.Reflection;
using ParquetSharp;
using ParquetSharp.IO;
using ParquetSharp.Schema;
using Superhero.Grains.Transform;

namespace Superhero.Grains.Load;

/// <summary>Writes the two tables as Parquet. The bytes are a function of the rows and the claim alone.</summary>
public static class ParquetTable
{
    /// <summary>The version of the two schemas.</summary>
    public const string SchemaVersion = "1";

    private static readonly string WriterVersion = typeof(ParquetTable).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static readonly WriterProperties Properties = new WriterPropertiesBuilder()
        .Compression(Compression.Gzip)
        .Build();

    private static readonly GroupNode MetaSchema = Schema(
        Text("game_token"), Text("user_token"), Unsigned("superhero_id", 16));

    private static readonly GroupNode PodiumSchema = Schema(
        Text("game_token"), Text("user_token"), Unsigned("rank", 8), Unsigned("rounds", 16),
        Unsigned("damage_received", 64), Unsigned("damage_sent", 64));

    /// <summary>GAME_META as a Parquet file.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="silo">The host name of the silo that claimed the game.</param>
    public static byte[] Meta(GameTables tables, string silo) => Write(MetaSchema, tables.Token, silo, group =>
    {
        WriteColumn(group, Repeat(tables.Token, tables.Meta.Count));
        WriteColumn(group, [.. tables.Meta.Select(row => row.User)]);
        WriteColumn(group, [.. tables.Meta.Select(row => row.SuperheroId)]);
    });

    /// <summary>GAME_PODIUM as a Parquet file.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="silo">The host name of the silo that claimed the game.</param>
    public static byte[] Podium(GameTables tables, string silo) => Write(PodiumSchema, tables.Token, silo, group =>
    {
        WriteColumn(group, Repeat(tables.Token, tables.Podium.Count));
        WriteColumn(group, [.. tables.Podium.Select(row => row.User)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.Rank)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.Rounds)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.DamageReceived)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.DamageSent)]);
    });

    private static byte[] Write(GroupNode schema, Guid token, string silo, Action<RowGroupWriter> writeColumns)
    {
        var metadata = new Dictionary<string, string>
        {
            ["game_token"] = token.ToString("D"),
            ["silo"] = silo,
            ["writer"] = $"superhero-orleans {WriterVersion}",
            ["schema_version"] = SchemaVersion,
        };

        using var buffer = new ResizableBuffer();
        using var stream = new BufferOutputStream(buffer);
        using (var file = new ParquetFileWriter(stream, schema, Properties, metadata))
        {
            using (var group = file.AppendRowGroup())
            {
                writeColumns(group);
            }

            file.Close();
        }

        stream.Finish();
        return buffer.ToArray();
    }

    private static void WriteColumn<T>(RowGroupWriter group, T[] values)
    {
        // By default it buffers 4,096 values, which for a game's few rows costs ten times as much as all the rest.
        using var column = group.NextColumn();
        using var writer = column.LogicalWriter<T>(values.Length);
        writer.WriteBatch(values);
    }

    private static string[] Repeat(Guid token, int count)
    {
        var values = new string[count];
        Array.Fill(values, token.ToString("D"));
        return values;
    }

    private static GroupNode Schema(params Node[] columns) => new("schema", Repetition.Required, columns);

    private static PrimitiveNode Text(string name) =>
        new(name, Repetition.Required, LogicalType.String(), PhysicalType.ByteArray);

    private static PrimitiveNode Unsigned(string name, int bits) =>
        new(name, Repetition.Required, LogicalType.Int(bits, isSigned: false), bits > 32 ? PhysicalType.Int64 : PhysicalType.Int32);
}
