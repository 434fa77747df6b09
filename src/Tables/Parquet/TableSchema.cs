using ParquetSharp.Schema;

namespace Superhero.Tables.Parquet;

/// <summary>A table.</summary>
public sealed class TableSchema
{
    /// <summary>GAME_META, the dimension: a row a participant.</summary>
    public static readonly TableSchema Meta = new(
        "GAME_META",
        ParquetColumn.Strings("game_token"), ParquetColumn.Strings("user_token"), ParquetColumn.UnsignedIntegers("superhero_id", 16));

    /// <summary>GAME_PODIUM, the fact: a row a participant.</summary>
    public static readonly TableSchema Podium = new(
        "GAME_PODIUM",
        ParquetColumn.Strings("game_token"), ParquetColumn.Strings("user_token"),
        ParquetColumn.UnsignedIntegers("rank", 8), ParquetColumn.UnsignedIntegers("rounds", 16),
        ParquetColumn.UnsignedIntegers("damage_received", 64), ParquetColumn.UnsignedIntegers("damage_sent", 64));

    /// <summary>The tables that get a file from each game, in the order of writing.</summary>
    public static readonly IReadOnlyList<TableSchema> OfGames = [Meta, Podium];

    /// <summary>GAME_META of compacted games. Delta Lake has no unsigned numbers.</summary>
    public static readonly TableSchema CompactedMeta = new(
        Meta.Name,
        ParquetColumn.Strings("game_token"), ParquetColumn.Strings("user_token"), ParquetColumn.Integers("superhero_id", 32));

    /// <summary>GAME_PODIUM of compacted games.</summary>
    public static readonly TableSchema CompactedPodium = new(
        Podium.Name,
        ParquetColumn.Strings("game_token"), ParquetColumn.Strings("user_token"),
        ParquetColumn.Integers("rank", 16), ParquetColumn.Integers("rounds", 32),
        ParquetColumn.Integers("damage_received", 64), ParquetColumn.Integers("damage_sent", 64));

    /// <summary>GAME_SESSION: a row a game. Games get theirs when they are compacted; until then their files' metadata says the same. The
    /// times of a game that was written by a release before 0.3.0 are not known.</summary>
    public static readonly TableSchema Session = new(
        "GAME_SESSION",
        ParquetColumn.Strings("game_token"), ParquetColumn.OptionalTimes("started_at"), ParquetColumn.OptionalTimes("ended_at"),
        ParquetColumn.Integers("participants", 32), ParquetColumn.Integers("attacks", 64),
        ParquetColumn.Strings("silo"), ParquetColumn.OptionalTimes("claimed_at"));

    /// <summary>SUPERHERO: a row a hero.</summary>
    public static readonly TableSchema Superhero = new(
        "SUPERHERO",
        ParquetColumn.Integers("superhero_id", 32), ParquetColumn.Strings("name"),
        ParquetColumn.Integers("attack", 64), ParquetColumn.Integers("health", 64));

    /// <summary>The tables of compacted games, in the order in which they are written: a game that has its session has all of its
    /// rows.</summary>
    public static readonly IReadOnlyList<TableSchema> Compacted = [CompactedMeta, CompactedPodium, Session];

    private TableSchema(string name, params ParquetColumn[] columns)
    {
        Name = name;
        Columns = columns;
        Root = new GroupNode("schema", ParquetSharp.Repetition.Required, [.. columns.Select(column => column.ToNode())]);
        Descriptions = [.. Root.Fields.Select(ParquetColumn.Describe)];
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>Its columns, the game_token first.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; }

    /// <summary>Parquet's own schema.</summary>
    public GroupNode Root { get; }

    /// <summary>The folder, within the output, of the table's files of single games, with a slash at its end.</summary>
    public string Folder => $"superhero/{Name}/";

    /// <summary>The folder, within the output, of the Delta table, with a slash at its end.</summary>
    public string DeltaFolder => $"superhero/delta/{Name}/";

    /// <summary>Whether the Delta table is partitioned by the day on which a game ended.</summary>
    public bool IsPartitioned => Name != "SUPERHERO";

    /// <summary>Its columns, spelled out.</summary>
    internal IReadOnlyList<string> Descriptions { get; }

    /// <summary>The table's name.</summary>
    public override string ToString() => Name;
}
