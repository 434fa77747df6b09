using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.Schema;
using static System.Text.Encoding;

namespace Superhero.Tables.Delta;

/// <summary>A value of a checkpoint's rows: one leaf of its schema, or the two of a map. Every group and every value is optional.</summary>
internal abstract class CheckpointColumn
{
    private CheckpointColumn(string path) => Path = path;

    /// <summary>Its place in the schema.</summary>
    public string Path { get; }

    // A group for each name of the path but the last.
    private short Groups => (short)Path.Count(letter => letter == '.');

    /// <summary>A text.</summary>
    /// <param name="path">Its place in the schema.</param>
    /// <param name="get">The value of an action; null where it has none.</param>
    /// <param name="has">Whether an action without a value has the group around it; only those with a value if null.</param>
    public static CheckpointColumn Text(string path, Func<DeltaAction, string?> get, Func<DeltaAction, bool>? has = null) => new TextColumn(path, get, has);

    /// <summary>A number or a truth value; likewise.</summary>
    public static CheckpointColumn Number<T>(string path, Func<DeltaAction, T?> get, Func<DeltaAction, bool>? has = null)
        where T : unmanaged => new NumberColumn<T>(path, get, has);

    /// <summary>A list of texts.</summary>
    public static CheckpointColumn List(string path, Func<DeltaAction, IReadOnlyList<string>?> get) => new ListColumn(path, get);

    /// <summary>A map from text to text.</summary>
    public static CheckpointColumn Map(string path, Func<DeltaAction, IReadOnlyDictionary<string, string?>?> get) => new MapColumn(path, get);

    /// <summary>The nodes of columns that stand next to each other.</summary>
    public static IEnumerable<Node> Nodes(IReadOnlyList<(string[] Names, CheckpointColumn Column)> columns, int depth) =>
        columns.GroupBy(column => column.Names[depth]).Select(group => group.First() is var (names, first) && names.Length == depth + 1
            ? first.ToNode(names[depth])
            : new GroupNode(group.Key, Repetition.Optional, [.. Nodes([.. group], depth + 1)]));

    /// <summary>Writes the values of all actions.</summary>
    public abstract void Write(RowGroupWriter group, IReadOnlyList<DeltaAction> actions);

    /// <summary>Reads the values of all rows, null for those that have none.</summary>
    public abstract object?[] Read(ParquetFileReader file, RowGroupReader group, int rows);

    protected abstract Node ToNode(string name);

    private static PrimitiveNode TextNode(string name, Repetition repetition = Repetition.Optional) => new(name, repetition, LogicalType.String(), PhysicalType.ByteArray);

    // The values of a leaf, each with its row; null for a value that is missing within a group that is there.
    private static List<(int Row, T? Value)> Leaf<TStored, T>(
        ParquetFileReader file, RowGroupReader group, Func<string, bool> isLeaf, Func<TStored, T> convert, bool keepNulls = false)
        where TStored : unmanaged
    {
        for (var i = 0; i < file.FileMetaData.NumColumns; i++)
        {
            if (!isLeaf(file.FileMetaData.Schema.Column(i).Path.ToDotString()))
            {
                continue;
            }

            using var column = (ColumnReader<TStored>)group.Column(i);
            using var chunk = group.MetaData.GetColumnChunkMetaData(i);
            var descriptor = column.ColumnDescriptor;
            var (most, row, at) = (descriptor.MaxDefinitionLevel, -1, 0L);
            var (levels, repeated, values) = (new short[chunk.NumValues], new short[chunk.NumValues], new TStored[chunk.NumValues]);
            List<(int Row, T? Value)> all = [];
            while (at < chunk.NumValues && column.HasNext)
            {
                // What a text points to is there until the next page is read.
                var read = (int)column.ReadBatch(chunk.NumValues - at, levels, descriptor.MaxRepetitionLevel > 0 ? repeated : [], values, out _);
                for (var (level, value) = (0, 0); level < read; level++)
                {
                    row += repeated[level] == 0 ? 1 : 0;
                    if (levels[level] == most)
                    {
                        all.Add((row, convert(values[value++])));
                    }
                    else if (keepNulls && levels[level] == most - 1)
                    {
                        all.Add((row, default));
                    }
                }

                at += read;
            }

            return all;
        }

        return [];
    }

    private static unsafe string ToText(ByteArray bytes) => UTF8.GetString((byte*)bytes.Pointer, bytes.Length);

    // Writes a leaf, of which each value comes with its levels.
    private static void WriteTexts(RowGroupWriter group, IReadOnlyList<(short Level, short Repeated, string? Text)> values, bool isRepeated)
    {
        var texts = values.Where(value => value.Text is not null).Select(value => UTF8.GetBytes(value.Text!)).ToList();
        var bytes = GCHandle.Alloc(texts.SelectMany(text => text).ToArray(), GCHandleType.Pinned);
        try
        {
            var at = bytes.AddrOfPinnedObject();
            var arrays = new ByteArray[texts.Count];
            foreach (var (i, text) in texts.Index())
            {
                arrays[i] = new ByteArray(at, text.Length);
                at += text.Length;
            }

            using var column = (ColumnWriter<ByteArray>)group.NextColumn();
            column.WriteBatch(values.Count, [.. values.Select(value => value.Level)], isRepeated ? [.. values.Select(value => value.Repeated)] : [], arrays);
        }
        finally
        {
            bytes.Free();
        }
    }

    private sealed class TextColumn(string path, Func<DeltaAction, string?> get, Func<DeltaAction, bool>? has) : CheckpointColumn(path)
    {
        public override void Write(RowGroupWriter group, IReadOnlyList<DeltaAction> actions) => WriteTexts(
            group,
            [.. actions.Select(action => (get(action), Short(action))).Select(one => (one.Item1 is null ? one.Item2 : (short)(Groups + 1), (short)0, one.Item1))],
            isRepeated: false);

        public override object?[] Read(ParquetFileReader file, RowGroupReader group, int rows)
        {
            var values = new object?[rows];
            foreach (var (row, text) in Leaf<ByteArray, string>(file, group, leaf => leaf == Path, ToText))
            {
                values[row] = text;
            }

            return values;
        }

        protected override Node ToNode(string name) => TextNode(name);

        private short Short(DeltaAction action) => has?.Invoke(action) is true ? Groups : (short)0;
    }

    private sealed class NumberColumn<T>(string path, Func<DeltaAction, T?> get, Func<DeltaAction, bool>? has) : CheckpointColumn(path)
        where T : unmanaged
    {
        public override void Write(RowGroupWriter group, IReadOnlyList<DeltaAction> actions)
        {
            using var column = (ColumnWriter<T>)group.NextColumn();
            column.WriteBatch(
                actions.Count,
                [.. actions.Select(action => get(action) is not null ? (short)(Groups + 1) : has?.Invoke(action) is true ? Groups : (short)0)],
                [],
                [.. actions.Select(get).OfType<T>()]);
        }

        public override object?[] Read(ParquetFileReader file, RowGroupReader group, int rows)
        {
            var values = new object?[rows];
            foreach (var (row, number) in Leaf<T, T>(file, group, leaf => leaf == Path, number => number))
            {
                values[row] = number;
            }

            return values;
        }

        protected override Node ToNode(string name) => typeof(T) == typeof(bool) ? new PrimitiveNode(name, Repetition.Optional, LogicalType.None(), PhysicalType.Boolean)
            : typeof(T) == typeof(int) ? new PrimitiveNode(name, Repetition.Optional, LogicalType.Int(32, isSigned: true), PhysicalType.Int32)
            : new PrimitiveNode(name, Repetition.Optional, LogicalType.Int(64, isSigned: true), PhysicalType.Int64);
    }

    private sealed class ListColumn(string path, Func<DeltaAction, IReadOnlyList<string>?> get) : CheckpointColumn(path)
    {
        public override void Write(RowGroupWriter group, IReadOnlyList<DeltaAction> actions) => WriteTexts(
            group,
            [.. actions.SelectMany(action => get(action) switch
            {
                null => new[] { ((short)0, (short)0, (string?)null) },
                { Count: 0 } => [((short)(Groups + 1), (short)0, null)],
                var texts => texts.Select((text, i) => ((short)(Groups + 3), (short)(i > 0 ? 1 : 0), (string?)text)),
            })],
            isRepeated: true);

        public override object?[] Read(ParquetFileReader file, RowGroupReader group, int rows)
        {
            var values = new object?[rows];
            foreach (var some in Leaf<ByteArray, string>(file, group, leaf => leaf.StartsWith(Path + ".", StringComparison.Ordinal), ToText).GroupBy(text => text.Row))
            {
                values[some.Key] = some.Select(text => text.Value!).ToList();
            }

            return values;
        }

        protected override Node ToNode(string name) =>
            new GroupNode(name, Repetition.Optional, [new GroupNode("list", Repetition.Repeated, [TextNode("element")])], LogicalType.List());
    }

    private sealed class MapColumn(string path, Func<DeltaAction, IReadOnlyDictionary<string, string?>?> get) : CheckpointColumn(path)
    {
        public override void Write(RowGroupWriter group, IReadOnlyList<DeltaAction> actions)
        {
            WriteTexts(group, [.. Entries(actions, key => key.Key, nullable: false)], isRepeated: true);
            WriteTexts(group, [.. Entries(actions, value => value.Value, nullable: true)], isRepeated: true);
        }

        public override object?[] Read(ParquetFileReader file, RowGroupReader group, int rows)
        {
            var values = new object?[rows];
            var keys = Leaf<ByteArray, string>(file, group, leaf => IsLeaf(leaf, ".key"), ToText).ToLookup(key => key.Row, key => key.Value!);
            var texts = Leaf<ByteArray, string>(file, group, leaf => IsLeaf(leaf, ".value"), ToText, keepNulls: true).ToLookup(text => text.Row, text => text.Value);
            foreach (var row in keys)
            {
                values[row.Key] = row.Zip(texts[row.Key]).ToDictionary(entry => entry.First, entry => entry.Second);
            }

            return values;
        }

        protected override Node ToNode(string name) => new GroupNode(
            name, Repetition.Optional, [new GroupNode("key_value", Repetition.Repeated, [TextNode("key", Repetition.Required), TextNode("value")])], LogicalType.Map());

        private bool IsLeaf(string leaf, string ending) => leaf.StartsWith(Path + ".", StringComparison.Ordinal) && leaf.EndsWith(ending, StringComparison.Ordinal);

        private IEnumerable<(short, short, string?)> Entries(IReadOnlyList<DeltaAction> actions, Func<KeyValuePair<string, string?>, string?> part, bool nullable) =>
            actions.SelectMany(action => get(action) switch
            {
                null => new[] { ((short)0, (short)0, (string?)null) },
                { Count: 0 } => [((short)(Groups + 1), (short)0, null)],
                var entries => entries.Select((entry, i) => (
                    (short)(Groups + (nullable && part(entry) is not null ? 3 : 2)), (short)(i > 0 ? 1 : 0), part(entry))),
            });
    }
}
