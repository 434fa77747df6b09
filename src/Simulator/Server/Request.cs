using System.Text.Json;
using System.Text.Json.Nodes;

namespace Superhero.Simulator.Server;

/// <summary>A client's message asks for something that it may not have; the message is the answer's status.</summary>
internal sealed class RequestException(string status) : Exception(status);

/// <summary>A client's message.</summary>
internal sealed class Request(JsonObject payload)
{
    /// <summary>Reads a message.</summary>
    /// <exception cref="RequestException">It is not JSON or has no payload.</exception>
    public static Request Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject message && message["PAYLOAD"] is JsonObject payload
                ? new Request(payload)
                : throw new RequestException("MISSING PAYLOAD IN MESSAGE");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new RequestException("MESSAGE IS NOT JSON");
        }
    }

    public string User => GetString("USER_TOKEN");

    public string GetString(string field) => GetOptionalString(field) is { Length: > 0 } text ? text : throw InvalidField(field);

    /// <summary>A text that may be null, but not absent.</summary>
    public string? GetOptionalString(string field) =>
        Field(field) is not { } value ? null
        : value is JsonValue node && node.TryGetValue<string>(out var text) ? text
        : throw InvalidField(field);

    public int GetInt32(string field) =>
        Field(field) is JsonValue value
        && (value.TryGetValue<int>(out var number)
            || (value.TryGetValue<string>(out var text) && int.TryParse(text, out number)))
            ? number
            : throw InvalidField(field);

    public Guid Game() =>
        Guid.TryParseExact(GetString("GAME_TOKEN"), "D", out var token) ? token : throw new RequestException("UNKNOWN GAME TOKEN");

    private JsonNode? Field(string field) =>
        payload.TryGetPropertyValue(field, out var value)
            ? value
            : throw new RequestException($"MISSING {field.Replace('_', ' ')} IN PAYLOAD");

    private static RequestException InvalidField(string field) => new($"INVALID {field.Replace('_', ' ')} IN PAYLOAD");
}
