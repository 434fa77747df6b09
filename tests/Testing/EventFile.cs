using System.Text;

namespace Superhero.Testing;

/// <summary>The log file of a silo process. It parses each line once, because tests ask for the events many times a second.</summary>
internal sealed class EventFile(string path)
{
    private readonly Lock _lock = new();
    private readonly List<LoggedEvent> _events = [];
    private long _position;

    /// <summary>Reads the events so far, the oldest first.</summary>
    public IReadOnlyCollection<LoggedEvent> Read()
    {
        lock (_lock)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Position = _position;
            var bytes = new byte[file.Length - _position];
            file.ReadExactly(bytes);

            // The silo may be in the middle of the last line.
            var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
            _position += end;
            _events.AddRange(Encoding.UTF8.GetString(bytes, 0, end).Split('\n').Select(LoggedEvent.Parse).OfType<LoggedEvent>());
            return [.. _events];
        }
    }
}
