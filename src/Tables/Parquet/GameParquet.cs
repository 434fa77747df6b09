using System.Globalization;
using System.Reflection;
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
    /// <param name="origin">Where and when it comes from.</param>
    public static byte[] Meta(GameTables tables, GameOrigin origin) => ParquetBytes.OfGame(TableSchema.Meta, Metadata(tables, origin), new TableRows(
        TableSchema.Meta,
        Repeat(tables.Token, tables.Meta.Count),
        tables.Meta.Select(row => row.User).ToArray(),
        tables.Meta.Select(row => (int)row.SuperheroId).ToArray()));

    /// <summary>GAME_PODIUM as a Parquet file.</summary>
    /// <param name="tables">The game's rows.</param>
    /// <param name="origin">Where and when it comes from.</param>
    public static byte[] Podium(GameTables tables, GameOrigin origin) => ParquetBytes.OfGame(TableSchema.Podium, Metadata(tables, origin), new TableRows(
        TableSchema.Podium,
        Repeat(tables.Token, tables.Podium.Count),
        tables.Podium.Select(row => row.User).ToArray(),
        tables.Podium.Select(row => (int)row.Rank).ToArray(),
        tables.Podium.Select(row => (int)row.Rounds).ToArray(),
        tables.Podium.Select(row => unchecked((long)row.DamageReceived)).ToArray(),
        tables.Podium.Select(row => unchecked((long)row.DamageSent)).ToArray()));

    private static Dictionary<string, string> Metadata(GameTables tables, GameOrigin origin) => new()
    {
        ["game_token"] = tables.Token.ToString("D"),
        ["silo"] = origin.Silo,
        ["started_at"] = Time(origin.StartedAt),
        ["ended_at"] = Time(origin.EndedAt),
        ["claimed_at"] = Time(origin.ClaimedAt),
        ["writer"] = Writer,
        ["schema_version"] = SchemaVersion,
    };

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string[] Repeat(Guid token, int count) => [.. Enumerable.Repeat(token.ToString("D"), count)];
}
