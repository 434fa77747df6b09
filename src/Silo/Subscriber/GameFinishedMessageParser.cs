using System.Text;
using System.Text.Json;
using Superhero.Grains.Interfaces;
using Superhero.Redis;

namespace Superhero.Silo.Subscriber;

/// <summary>Reads the simulator's log messages, in both spellings: a JSON object, and that object encoded once more as a
/// JSON string.</summary>
public static class GameFinishedMessageParser
{
    private const int MaxMessageLength = 16 * 1024;
    private const int MaxUserLength = 128;
    private static readonly byte[] Phrase = Encoding.UTF8.GetBytes(LogChannel.CleaningGameRecords);

    /// <summary>Reads a message as it came from Redis. It never throws, whatever the message.</summary>
    /// <returns>False where the message is another one, or is not in order.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> message, out GameFinishedMessage finished)
    {
        finished = default;

        // Most messages on the channel are others; they cost no more than this look.
        if (message.Length > MaxMessageLength || message.Span.IndexOf(Phrase) < 0)
        {
            return false;
        }

        try
        {
            using var outer = JsonDocument.Parse(message);
            if (outer.RootElement.ValueKind != JsonValueKind.String)
            {
                return TryRead(outer.RootElement, out finished);
            }

            using var inner = JsonDocument.Parse(outer.RootElement.GetString()!);
            return TryRead(inner.RootElement, out finished);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text with half of a surrogate pair.
            return false;
        }
    }

    private static bool TryRead(JsonElement log, out GameFinishedMessage finished)
    {
        finished = default;
        if (Text(log, "log_message") != LogChannel.CleaningGameRecords
            || !log.TryGetProperty("task", out var task)
            || !GameToken.TryParse(Text(task, "game_token"), out var game)
            || Text(task, "user_token") is not { Length: > 0 and <= MaxUserLength } user)
        {
            return false;
        }

        finished = new GameFinishedMessage(game, user);
        return true;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
