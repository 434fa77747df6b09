using System.Text.Json;
using System.Text.Json.Nodes;

namespace Superhero.Simulator.Server;

/// <summary>A client's message asks for something that it may not have; the message is the answer's status.</summary>
internal sealed class RequestException(string status) : Exception(status);

/// <summary>A client's message.</summary>
internal sealed class Request
{
    // A message that repeats a field says two things at once.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Dictionary<string, object?> _fields;

    private Request(Dictionary<string, object?> fields) => _fields = fields;

    /// <summary>Reads a message.</summary>
    /// <exception cref="RequestException">It is not JSON, repeats a field, holds text that is not Unicode, or has no payload.</exception>
    public static Request Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict) is JsonObject message && message["PAYLOAD"] is JsonObject payload
                ? new Request(payload.ToDictionary(field => field.Key, field => Value(field.Value)))
                : throw new RequestException("MISSING PAYLOAD IN MESSAGE");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new RequestException("MESSAGE IS NOT JSON");
        }
    }

    public string User => GetString("USER_TOKEN");

    public string GetString(string field) => GetOptionalString(field) is { Length: > 0 } text ? text : throw InvalidField(field);

    /// <summary>A text that may be null, but not absent.</summary>
    public string? GetOptionalString(string field) => Field(field) switch
    {
        null => null,
        string text => text,
        _ => throw InvalidField(field),
    };

    public int GetInt32(string field) => Field(field) switch
    {
        int number => number,
        string text when int.TryParse(text, out var number) => number,
        _ => throw InvalidField(field),
    };

    public Guid Game() =>
        Guid.TryParseExact(GetString("GAME_TOKEN"), "D", out var token) ? token : throw new RequestException("UNKNOWN GAME TOKEN");

    // Texts are read here, because JsonNode accepts half a surrogate pair and throws only when somebody reads the text.
    private static object? Value(JsonNode? node) =>
        node is not JsonValue value ? (object?)node
        : value.GetValueKind() == JsonValueKind.String ? (object)value.GetValue<string>()
        : value.TryGetValue<int>(out var number) ? (object)number
        : value;

    private object? Field(string field) =>
        _fields.TryGetValue(field, out var value) ? value : throw new RequestException($"MISSING {field.Replace('_', ' ')} IN PAYLOAD");

    private static RequestException InvalidField(string field) => new($"INVALID {field.Replace('_', ' ')} IN PAYLOAD");
}
