using ParquetSharp;
using ParquetSharp.IO;

namespace Superhero.Tables.Parquet;

/// <summary>Makes Parquet files, in memory.</summary>
public static class ParquetBytes
{
    private static readonly WriterProperties Parts = new WriterPropertiesBuilder()
        .Compression(Compression.Gzip)
        .SortingColumns([new WriterProperties.SortingColumn(0)])
        .Build();

    // For a game's few rows a dictionary and statistics take a third of the time, and more room than they save.
    private static readonly WriterProperties Games = new WriterPropertiesBuilder()
        .Compression(Compression.Gzip)
        .DisableDictionary()
        .DisableStatistics()
        .Build();

    private static readonly WriterProperties Scratch = new WriterPropertiesBuilder()
        .Compression(Compression.Snappy)
        .DisableDictionary()
        .DisableStatistics()
        .Build();

    static ParquetBytes() => FreedMemory.Keep();

    /// <summary>The file of a single game, or another small one.</summary>
    /// <param name="schema">The table.</param>
    /// <param name="metadata">What is noted in it.</param>
    /// <param name="rows">Its rows.</param>
    public static byte[] OfGame(TableSchema schema, Dictionary<string, string> metadata, TableRows rows) => Create(schema, Games, metadata, [rows]);

    /// <summary>A part of compacted games: it has a dictionary, and statistics for who looks for a few of its rows.</summary>
    /// <param name="schema">The table.</param>
    /// <param name="metadata">What is noted in it.</param>
    /// <param name="groups">Its row groups, sorted by game_token.</param>
    public static byte[] OfPart(TableSchema schema, Dictionary<string, string> metadata, IEnumerable<TableRows> groups) =>
        Create(schema, Parts, metadata, groups);

    /// <summary>A part that is made to be read once, on this machine.</summary>
    public static byte[] OfScratch(TableSchema schema, IEnumerable<TableRows> groups) => Create(schema, Scratch, [], groups);

    private static byte[] Create(
        TableSchema schema, WriterProperties properties, Dictionary<string, string> metadata, IEnumerable<TableRows> groups)
    {
        using var buffer = new ResizableBuffer();
        using var stream = new BufferOutputStream(buffer);
        using (var file = new ParquetFileWriter(stream, schema.Root, properties, metadata))
        {
            foreach (var rows in groups)
            {
                using var group = file.AppendRowGroup();
                foreach (var (column, values) in schema.Columns.Zip(rows.Columns))
                {
                    using var writer = group.NextColumn();
                    column.Write(writer, values);
                }
            }

            file.Close();
        }

        stream.Finish();
        return buffer.ToArray();
    }
}
