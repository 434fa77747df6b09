using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Superhero.Redis;

/// <summary>A line of a log as the simulator's log transport publishes it: a JSON document encoded twice, on the channel
/// that is named after the module, which is how the original does it.</summary>
public static class LogMessage
{
    /// <summary>Encodes a line.</summary>
    /// <param name="module">The module, such as lib.server.lobby.</param>
    /// <param name="message">The message, such as Starting Match.</param>
    /// <param name="task">What it is about; null for nothing in particular.</param>
    /// <param name="level">Its level, as Python names it.</param>
    public static string Encode(string module, string message, JsonNode? task = null, string level = "INFO")
    {
        var line = new JsonObject
        {
            ["level"] = level,
            ["timestamp"] = SteadyClock.Instance.GetLocalNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            ["name"] = $"redis.{module}",
            ["log_message"] = message,
        };
        if (task is not null)
        {
            line["task"] = task.DeepClone();
        }

        return JsonSerializer.Serialize(line.ToJsonString());
    }
}
