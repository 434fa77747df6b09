using System.Reflection;
using ParquetSharp;
using Superhero.Tables.Rows;
using static System.Text.Encoding;

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
        WriteStrings(group, Repeat(tables.Token, tables.Meta.Count));
        WriteStrings(group, [.. tables.Meta.Select(row => row.User)]);
        WriteNumbers(group, tables.Meta.Select(row => (int)row.SuperheroId));
    });

    /// <summary>GAME_PODIUM as a Parquet file.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="silo">The host name of the silo that claimed the game.</param>
    public static byte[] Podium(GameTables tables, string silo) => ParquetFile.CreateGame(TableSchema.Podium, Metadata(tables, silo), group =>
    {
        WriteStrings(group, Repeat(tables.Token, tables.Podium.Count));
        WriteStrings(group, [.. tables.Podium.Select(row => row.User)]);
        WriteNumbers(group, tables.Podium.Select(row => (int)row.Rank));
        WriteNumbers(group, tables.Podium.Select(row => (int)row.Rounds));
        WriteNumbers(group, tables.Podium.Select(row => unchecked((long)row.DamageReceived)));
        WriteNumbers(group, tables.Podium.Select(row => unchecked((long)row.DamageSent)));
    });

    private static Dictionary<string, string> Metadata(GameTables tables, string silo) => new()
    {
        ["game_token"] = tables.Token.ToString("D"),
        ["silo"] = silo,
        ["writer"] = Writer,
        ["schema_version"] = SchemaVersion,
    };

    // As Parquet stores them: the library's writers of logical values, which convert, take a fifth of a file's time.
    private static void WriteNumbers<T>(RowGroupWriter group, IEnumerable<T> values)
        where T : unmanaged
    {
        using var column = (ColumnWriter<T>)group.NextColumn();
        column.WriteBatch([.. values]);
    }

    private static unsafe void WriteStrings(RowGroupWriter group, string[] values)
    {
        using var column = (ColumnWriter<ByteArray>)group.NextColumn();
        var texts = new ByteArray[values.Length];
        var bytes = new byte[values.Sum(UTF8.GetByteCount)];
        fixed (byte* first = bytes)
        {
            var end = 0;
            for (var i = 0; i < texts.Length; i++)
            {
                var length = UTF8.GetBytes(values[i], bytes.AsSpan(end));
                texts[i] = new ByteArray((nint)(first + end), length);
                end += length;
            }

            column.WriteBatch(texts);
        }
    }

    private static string[] Repeat(Guid token, int count) => [.. Enumerable.Repeat(token.ToString("D"), count)];
}
