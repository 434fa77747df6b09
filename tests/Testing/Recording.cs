using System.IO.Compression;
using System.Text.Json;
using StackExchange.Redis;

namespace Superhero.Testing;

/// <summary>Real traffic of the original simulator.</summary>
public sealed class Recording
{
    private Recording(IReadOnlyList<RecordedGame> games, IReadOnlyList<(string Channel, string Data)> messages)
    {
        Games = games;
        Messages = messages;
    }

    /// <summary>The recordings on this machine: the one that the project ships, and those beside its folder.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Folders().Select(folder => Path.GetFileName(folder)).Distinct().Order()];

    public IReadOnlyList<RecordedGame> Games { get; }

    public IReadOnlyList<(string Channel, string Data)> Messages { get; }

    public static Recording Read(string name)
    {
        var folder = Folders().First(candidate => Path.GetFileName(candidate) == name);
        return new Recording(
            [.. Lines(Path.Combine(folder, "games.jsonl.gz")).Select(line => new RecordedGame(line))],
            [.. Lines(Path.Combine(folder, "messages.jsonl.gz")).Select(line =>
                (line.GetProperty("channel").GetString()!, line.GetProperty("data").GetString()!))]);
    }

    /// <summary>Puts the games' keys into Redis, their entries in the shared keys too.</summary>
    public async Task LoadAsync(IDatabase redis)
    {
        foreach (var game in Games)
        {
            await game.LoadAsync(redis);
        }
    }

    /// <summary>Publishes all messages, in their order or in that of a seed.</summary>
    public async Task PublishAsync(ISubscriber redis, int? seed = null)
    {
        var messages = Messages.ToArray();
        if (seed is { } shuffled)
        {
            new Random(shuffled).Shuffle(messages);
        }

        foreach (var (channel, data) in messages)
        {
            await redis.PublishAsync(RedisChannel.Literal(channel), data);
        }
    }

    private static IEnumerable<string> Folders()
    {
        List<string> roots = [Path.Combine(AppContext.BaseDirectory, "Recordings")];
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SuperheroOrleans.sln")))
            {
                roots.Add(Path.Combine(folder.Parent!.FullName, "shared", "recordings"));
            }
        }

        return roots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories);
    }

    private static IEnumerable<JsonElement> Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<JsonElement>(line);
        }
    }
}
