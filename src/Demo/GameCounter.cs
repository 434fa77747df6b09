using System.Collections.Concurrent;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Demo;

/// <summary>Counts the games from what the simulator says of them, independently of the silos.</summary>
internal sealed class GameCounter
{
    private readonly ConcurrentDictionary<Guid, bool> _started = new();
    private readonly ConcurrentDictionary<Guid, bool> _timedOut = new();
    private readonly ConcurrentDictionary<Guid, bool> _ended = new();

    public int Running => _started.Keys.Count(game => !_ended.ContainsKey(game));

    public IReadOnlyList<Guid> Finished => [.. _ended.Keys.Where(game => !_timedOut.ContainsKey(game))];

    public int TimedOut => _timedOut.Count;

    public Task ListenAsync(IConnectionMultiplexer redis) =>
        redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(LogChannel.Lobby), (_, message) => OnMessage((string)message!));

    private void OnMessage(string message)
    {
        using var log = JsonDocument.Parse(JsonSerializer.Deserialize<string>(message)!);
        var task = log.RootElement.GetProperty("task");
        switch (log.RootElement.GetProperty("log_message").GetString())
        {
            case "Starting Match":
                _started[GameOf(task)] = true;
                break;
            case "Game Timed Out":
                _timedOut[GameOf(task)] = true;
                break;
            case LogChannel.CleaningGameRecords:
                _ended[task.GetProperty("game_token").GetGuid()] = true;
                break;
        }
    }

    private static Guid GameOf(JsonElement task)
    {
        using var inner = JsonDocument.Parse(task.GetString()!);
        return inner.RootElement.GetProperty("PAYLOAD").GetProperty("GAME_TOKEN").GetGuid();
    }
}
