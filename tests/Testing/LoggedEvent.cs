using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Superhero.Testing;

/// <summary>An event that a silo logged.</summary>
/// <param name="Id">The event's id.</param>
/// <param name="Level">Its severity.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Message">The line as a person reads it, for the message of a failed test.</param>
/// <param name="Values">The values in it, by their names in the message's template.</param>
public sealed record LoggedEvent(
    int Id, LogLevel Level, string Category, string Message, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Whether the project itself logged it, rather than a library.</summary>
    public bool IsOwn => Category.StartsWith("Superhero", StringComparison.Ordinal);

    /// <summary>Takes an event over from a logger.</summary>
    public static LoggedEvent Of<TState>(
        string category, LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        var values = (state as IReadOnlyList<KeyValuePair<string, object?>> ?? []).GroupBy(value => value.Key).ToDictionary(
            value => value.Key, value => Convert.ToString(value.First().Value, CultureInfo.InvariantCulture) ?? "");
        return new LoggedEvent(id.Id, level, category, exception is null ? message : $"{message}\n{exception}", values);
    }

    /// <summary>Reads a line as a silo writes it with LOGGER_MODULE=json.</summary>
    /// <returns>Null if the line is not such a line.</returns>
    public static LoggedEvent? Parse(string line)
    {
        try
        {
            var json = JsonSerializer.Deserialize<JsonElement>(line);
            return new LoggedEvent(
                json.GetProperty("EventId").GetInt32(),
                Enum.Parse<LogLevel>(json.GetProperty("LogLevel").GetString()!),
                json.GetProperty(nameof(Category)).GetString()!,
                json.GetProperty(nameof(Message)).GetString()! + (json.TryGetProperty("Exception", out var stack) ? $"\n{stack}" : ""),
                json.GetProperty("State").EnumerateObject().GroupBy(value => value.Name)
                    .ToDictionary(value => value.Key, value => $"{value.First().Value}"));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    public override string ToString() => $"{Level} {Category}[{Id}] {Message}";
}
