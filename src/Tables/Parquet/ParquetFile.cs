using ParquetSharp;
using ParquetSharp.IO;

namespace Superhero.Tables.Parquet;

/// <summary>A Parquet file of a table, as it was read.</summary>
/// <param name="Columns">The values of each column, in the order of the schema.</param>
/// <param name="Metadata">What its writer noted in it.</param>
public sealed record ParquetFile(IReadOnlyList<Array> Columns, IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly WriterProperties OfParts = new WriterPropertiesBuilder().Compression(Compression.Gzip).Build();

    // For a game's few rows a dictionary and statistics take a third of the time, and more room than they save.
    private static readonly WriterProperties OfGames = new WriterPropertiesBuilder()
        .Compression(Compression.Gzip)
        .DisableDictionary()
        .DisableStatistics()
        .Build();

    static ParquetFile() => FreedMemory.Keep();

    /// <summary>How many rows it has.</summary>
    public int Rows => Columns[0].Length;

    /// <summary>The game_token of each row.</summary>
    public IReadOnlyList<string> Games => (string[])Columns[0];

    /// <summary>The user_token of each row.</summary>
    public IReadOnlyList<string> Users => (string[])Columns[1];

    /// <summary>Makes the file of a single game.</summary>
    /// <param name="schema">The table.</param>
    /// <param name="metadata">What is noted in it.</param>
    /// <param name="writeColumns">Writes the columns, in the order of the schema.</param>
    public static byte[] CreateGame(TableSchema schema, Dictionary<string, string> metadata, Action<RowGroupWriter> writeColumns) =>
        Create(schema, OfGames, metadata, writeColumns);

    /// <summary>Makes a part, into which games are merged: it has a dictionary and statistics for who looks for a few of its rows.</summary>
    /// <param name="schema">The table.</param>
    /// <param name="metadata">What is noted in it.</param>
    /// <param name="writeColumns">Writes the columns, in the order of the schema.</param>
    public static byte[] CreatePart(TableSchema schema, Dictionary<string, string> metadata, Action<RowGroupWriter> writeColumns) =>
        Create(schema, OfParts, metadata, writeColumns);

    /// <summary>Reads a whole file.</summary>
    /// <param name="schema">The table that it should be of.</param>
    /// <param name="path">Where it is.</param>
    /// <exception cref="InvalidDataException">It is no Parquet file, it is damaged, or it has another schema.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static ParquetFile Read(TableSchema schema, string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var file = new ParquetFileReader(stream);
            if (TableSchema.Describe(file.FileMetaData.Schema.GroupNode) is var found && found != TableSchema.Describe(schema.Root))
            {
                throw new InvalidDataException($"its schema is not that of {schema.Name}: {found}");
            }

            var columns = schema.Columns.Select((column, i) => Concatenate(
                [.. Enumerable.Range(0, file.FileMetaData.NumRowGroups).Select(group => ReadColumn(file, group, column, i))]));
            return new ParquetFile([.. columns], file.FileMetaData.KeyValueMetadata);
        }
        catch (Exception exception) when (exception is ParquetException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"it can't be read as Parquet: {exception.Message.Split('\n')[0]}", exception);
        }
    }

    // One row group.
    private static byte[] Create(
        TableSchema schema, WriterProperties properties, Dictionary<string, string> metadata, Action<RowGroupWriter> writeColumns)
    {
        using var buffer = new ResizableBuffer();
        using var stream = new BufferOutputStream(buffer);
        using (var file = new ParquetFileWriter(stream, schema.Root, properties, metadata))
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

    private static Array ReadColumn(ParquetFileReader file, int group, ParquetColumn column, int index)
    {
        using var reader = file.RowGroup(group);
        return column.Read(reader, index);
    }

    private static Array Concatenate(Array[] parts)
    {
        if (parts.Length == 1)
        {
            return parts[0];
        }

        if (parts.Length == 0)
        {
            throw new InvalidDataException("it has no rows");
        }

        var all = Array.CreateInstance(parts[0].GetType().GetElementType()!, parts.Sum(part => part.Length));
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }

        return all;
    }
}
