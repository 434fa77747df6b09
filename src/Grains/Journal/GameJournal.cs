using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Games;
using Superhero.Grains.Logging;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Journal;

/// <summary>Writes down what happens to games, beside the tables: a file a day and a process. Nothing depends on it, so a
/// game is done even where it can't be written, and it is not flushed to disk.</summary>
public sealed partial class GameJournal(IOptions<OutputOptions> output, IOptions<GameOptions> options, TimeProvider clock, ILogger<GameJournal> logger) : IDisposable
{
    private readonly Lock _lock = new();
    private FileStream? _file;
    private DateOnly _day;
    private bool _failing;

    /// <summary>Where the journal is, within the output folder.</summary>
    public static string Folder { get; } = Path.Combine("superhero", ".journal");

    /// <summary>Notes that a game's files are safe.</summary>
    public void Loaded(GameTables tables, GameRecord record, IReadOnlyList<WrittenFile> files) => Write(
        Entry(tables.Token, GameEvent.Loaded) with
        {
            LoadRecord = new LoadRecord(record.ClaimedBy, record.ClaimedAt, record.Attempts, files, LoadRecordRow.From(tables)),
        });

    /// <summary>Notes that a loaded game's keys are on their way out of Redis.</summary>
    public void Cleaned(Guid token) => Write(Entry(token, GameEvent.Cleaned));

    /// <summary>Notes that a lobby timed out, and that its keys are on their way out of Redis.</summary>
    public void TimedOut(Guid token) => Write(Entry(token, GameEvent.TimedOut));

    /// <summary>Notes that a game went to quarantine.</summary>
    public void Quarantined(Guid token, string reason) => Write(Entry(token, GameEvent.Quarantined) with { Reason = reason });

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();

    private JournalEntry Entry(Guid token, GameEvent happened) => new(token, happened, clock.GetUtcNow(), options.Value.HostName);

    private void Write(JournalEntry entry)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry), (byte)'\n'];
        lock (_lock)
        {
            try
            {
                FileOf(DateOnly.FromDateTime(entry.At.UtcDateTime)).Write(line);
                _failing = false;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What comes next begins in a new file, as this one may end in half a line.
                _file?.Dispose();
                _file = null;
                if (!_failing)
                {
                    _failing = true;
                    LogFailed(exception.Reason());
                }
            }
        }
    }

    private FileStream FileOf(DateOnly day)
    {
        if (_file is null || _day != day)
        {
            _file?.Dispose();
            _day = day;
            var folder = Directory.CreateDirectory(Path.Combine(output.Value.FullDirectory, Folder)).FullName;
            var name = string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}_{options.Value.HostName}_{Guid.NewGuid():N}.jsonl");
            _file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }

        return _file;
    }

    [LoggerMessage(801, LogLevel.Warning, "The journal can't be written, and the page will not show these games: {Reason}")]
    private partial void LogFailed(string reason);
}
