using System.Text.Json;
using System.Text.Json.Nodes;
using Superhero.Tables.Parquet;

namespace Superhero.Tables.Delta;

/// <summary>Makes the metadata of a Delta table.</summary>
internal static class TableMetadataFactory
{
    /// <summary>The metadata of a table that has all columns that this release knows. Columns that a later release has added stay.</summary>
    /// <param name="table">The table.</param>
    /// <param name="current">What the table has; null for a new one.</param>
    /// <param name="now">The time.</param>
    /// <returns>The current one if it lacks nothing.</returns>
    public static TableMetadata Create(TableSchema table, TableMetadata? current, DateTimeOffset now)
    {
        var fields = current is null ? [] : JsonNode.Parse(current.SchemaString)!["fields"]!.AsArray();
        var known = fields.Select(field => (string)field!["name"]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var columns = table.Columns.Select(column => (column.Name, Type: column.DeltaType!)).Concat(table.IsPartitioned ? [("date", "date")] : []);
        var missing = columns.Where(column => !known.Contains(column.Name)).ToList();
        if (current is not null && missing.Count == 0)
        {
            return current;
        }

        foreach (var (name, type) in missing)
        {
            fields.Add(new JsonObject { ["name"] = name, ["type"] = type, ["nullable"] = true, ["metadata"] = new JsonObject() });
        }

        var schema = new JsonObject { ["type"] = "struct", ["fields"] = fields.DeepClone() }.ToJsonString(JsonSerializerOptions.Default);
        return current is not null ? current with { SchemaString = schema } : new TableMetadata(
            $"{Guid.NewGuid()}", new FileFormat("parquet", new Dictionary<string, string>()), schema, table.IsPartitioned ? ["date"] : [], new Dictionary<string, string>())
        {
            Name = table.Name,
            CreatedTime = now.ToUnixTimeMilliseconds(),
        };
    }
}
