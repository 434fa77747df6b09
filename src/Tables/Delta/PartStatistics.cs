using System.Text.Json.Nodes;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Delta;

/// <summary>The statistics of a file of a Delta table: how many rows it has, and of each column the least value, the greatest and how many
/// are missing.</summary>
/// <param name="table">The table.</param>
public sealed class PartStatistics(TableSchema table)
{
    // A longer text would cost more in each snapshot than it could save a reader.
    private const int MaxTextLength = 256;

    private readonly (IComparable? Min, IComparable? Max, long Nulls)[] _columns = new (IComparable?, IComparable?, long)[table.Columns.Count];

    /// <summary>How many rows were added.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds rows.</summary>
    public PartStatistics Add(TableRows rows)
    {
        Rows += rows.Count;
        foreach (var (i, column) in table.Columns.Index())
        {
            ref var known = ref _columns[i];
            for (var row = 0; row < rows.Count; row++)
            {
                var value = column.Value(rows.Columns[i], row);
                if (value is null)
                {
                    known.Nulls++;
                    continue;
                }

                known.Min = known.Min is null || Compare(value, known.Min) < 0 ? value : known.Min;
                known.Max = known.Max is null || Compare(value, known.Max) > 0 ? value : known.Max;
            }
        }

        return this;
    }

    /// <summary>As the log has them.</summary>
    public override string ToString()
    {
        var (min, max, nulls) = (new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var (column, known) in table.Columns.Zip(_columns))
        {
            nulls[column.Name] = known.Nulls;
            if (known is { Min: not null, Max: not null } && Json(column, known.Min) is { } least && Json(column, known.Max) is { } greatest)
            {
                (min[column.Name], max[column.Name]) = (least, greatest);
            }
        }

        return new JsonObject { ["numRecords"] = Rows, ["minValues"] = min, ["maxValues"] = max, ["nullCount"] = nulls }.ToJsonString();
    }

    private static int Compare(IComparable one, IComparable other) =>
        one is string text ? string.CompareOrdinal(text, (string)other) : one.CompareTo(other);

    // The protocol cuts times off after the millisecond.
    private static JsonNode? Json(ParquetColumn column, IComparable value) => value switch
    {
        string text => text.Length <= MaxTextLength ? text : null,
        int number => number,
        long time when column.DeltaType == "timestamp" => $"{new Time(time).Moment:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}",
        _ => (long)value,
    };
}
