using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Superhero.Redis;

namespace Superhero.Simulator.Server;

/// <summary>Makes the messages of the WebSocket API.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An answer: its payload and its status.</summary>
    public static JsonObject Answer(JsonObject payload, JsonNode? status) => new() { ["PAYLOAD"] = payload, ["STATUS"] = status };

    /// <summary>An answer that says what is wrong.</summary>
    public static JsonObject Error(string status) => Answer([], status);

    /// <summary>An answer on a game: its token and what its status is.</summary>
    public static JsonObject Game(string token, string status) =>
        Answer(new JsonObject { ["GAME_TOKEN"] = token }, new JsonObject { ["GAME"] = status });

    /// <summary>The answer with the time before it, as the log has it.</summary>
    public static JsonObject WithTimestamp(JsonObject answer)
    {
        var stamped = new JsonObject { ["TIMESTAMP"] = Now() };
        foreach (var (name, value) in answer)
        {
            stamped[name] = value?.DeepClone();
        }

        return stamped;
    }

    /// <summary>The time in UTC, to the microsecond.</summary>
    public static string Now() => SteadyClock.Instance.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The message as text.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(Readable);
}
