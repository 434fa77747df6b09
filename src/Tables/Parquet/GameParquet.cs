using System.Reflection;
using ParquetSharp;
using Superhero.Tables.Rows;

namespace Superhero.Tables.Parquet;

/// <summary>Writes a game's part of the two tables as Parquet. The bytes are a function of the rows and the claim alone.</summary>
public static class GameParquet
{
    /// <summary>The version of the two schemas.</summary>
    public const string SchemaVersion = "1";

    /// <summary>What wrote a file, with its version.</summary>
    public static readonly string Writer = "superhero-orleans " + typeof(GameParquet).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>GAME_META as a Parquet file.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="silo">The host name of the silo that claimed the game.</param>
    public static byte[] Meta(GameTables tables, string silo) => ParquetFile.CreateGame(TableSchema.Meta, Metadata(tables, silo), group =>
    {
        WriteColumn(group, Repeat(tables.Token, tables.Meta.Count));
        WriteColumn(group, [.. tables.Meta.Select(row => row.User)]);
        WriteColumn(group, [.. tables.Meta.Select(row => row.SuperheroId)]);
    });

    /// <summary>GAME_PODIUM as a Parquet file.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="silo">The host name of the silo that claimed the game.</param>
    public static byte[] Podium(GameTables tables, string silo) => ParquetFile.CreateGame(TableSchema.Podium, Metadata(tables, silo), group =>
    {
        WriteColumn(group, Repeat(tables.Token, tables.Podium.Count));
        WriteColumn(group, [.. tables.Podium.Select(row => row.User)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.Rank)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.Rounds)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.DamageReceived)]);
        WriteColumn(group, [.. tables.Podium.Select(row => row.DamageSent)]);
    });

    private static Dictionary<string, string> Metadata(GameTables tables, string silo) => new()
    {
        ["game_token"] = tables.Token.ToString("D"),
        ["silo"] = silo,
        ["writer"] = Writer,
        ["schema_version"] = SchemaVersion,
    };

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
}
