using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Benchmarks.Measuring;

/// <summary>Puts finished games into Redis, made from the recordings.</summary>
public sealed class GameMaker
{
    private const int Window = 500;
    private readonly RecordedGame[] _originals =
        [.. Recording.Names.SelectMany(name => Recording.Read(name).Games).Where(game => game.Completed)];

    /// <summary>Makes games; the same originals in the same order each time, under new tokens.</summary>
    public async Task<IReadOnlyList<(Guid Token, string[] Users)>> MakeAsync(IDatabase redis, int count)
    {
        var games = new List<(Guid, string[])>(count);
        List<Task> writing = new(Window);
        for (var i = 0; i < count; i++)
        {
            var (token, original) = (Guid.NewGuid(), _originals[i % _originals.Length]);
            games.Add((token, [.. original.Users]));
            writing.Add(original.As(token).LoadAsync(redis));
            if (writing.Count == Window)
            {
                await Task.WhenAll(writing);
                writing.Clear();
            }
        }

        await Task.WhenAll(writing);
        return games;
    }

    /// <summary>Announces them, one message a participant, spelled as the original does.</summary>
    public static Task AnnounceAsync(IConnectionMultiplexer redis, IEnumerable<(Guid Token, string[] Users)> games) => Task.WhenAll(
        games.SelectMany(game => game.Users.Select(user => redis.GetSubscriber().PublishAsync(
            RedisChannel.Literal(LogChannel.Lobby),
            JsonSerializer.Serialize(JsonSerializer.Serialize(new
            {
                level = "INFO",
                timestamp = "2022-11-11T18:47:18.123456",
                name = "redis.lib.server.lobby",
                log_message = LogChannel.CleaningGameRecords,
                task = new { game_token = game.Token, user_token = user },
            }))))).ToList());
}
