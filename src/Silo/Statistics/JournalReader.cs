using System.Text.Json;
using Superhero.Grains.Journal;

namespace Superhero.Silo.Statistics;

/// <summary>Reads the journals of all silos on one output folder, each line once.</summary>
/// <param name="output">The output folder.</param>
public sealed class JournalReader(string output)
{
    private const int MaxReadLength = 1 << 24;

    private readonly string _folder = Path.Combine(output, GameJournal.Folder);
    private readonly Dictionary<string, long> _read = [];

    /// <summary>Whether a file could not be read at the last time, with the reason.</summary>
    public string? Failure { get; private set; }

    /// <summary>What was written since the last time, file by file. Half a line at the end of a file is left to the next
    /// time; a line that is no entry, such as one that a full disk cut short, is passed over.</summary>
    public IEnumerable<JournalEntry> ReadNew()
    {
        Failure = null;
        if (!Directory.Exists(_folder))
        {
            yield break;
        }

        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles("*.jsonl").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            for (var lines = LinesOf(file); lines.Count > 0; lines = LinesOf(file))
            {
                foreach (var entry in lines.Select(Parse).OfType<JournalEntry>())
                {
                    yield return entry;
                }
            }
        }
    }

    private List<ReadOnlyMemory<byte>> LinesOf(FileInfo file)
    {
        List<ReadOnlyMemory<byte>> lines = [];
        try
        {
            var begin = _read.GetValueOrDefault(file.Name);
            if (file.Length <= begin)
            {
                return lines;
            }

            using var handle = File.OpenHandle(file.FullName, share: FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[Math.Min(file.Length - begin, MaxReadLength)];
            ReadOnlyMemory<byte> rest = bytes.AsMemory(0, RandomAccess.Read(handle, bytes, begin));
            while (rest.Span.IndexOf((byte)'\n') is >= 0 and var end)
            {
                lines.Add(rest[..end]);
                rest = rest[(end + 1)..];
                begin += end + 1;
            }

            _read[file.Name] = begin;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Failure = exception.Message;
        }

        return lines;
    }

    private static JournalEntry? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line.Span, JournalJson.Default.JournalEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
