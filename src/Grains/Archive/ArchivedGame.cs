using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Superhero.Grains.Extract;
using Superhero.Redis;

namespace Superhero.Grains.Archive;

/// <summary>A game as Redis held it before its keys were cleaned.</summary>
/// <param name="Game">The game's token.</param>
/// <param name="ClaimedBy">The host name of the silo that claimed it, which its files bear.</param>
/// <param name="ClaimedAt">When it was claimed, in UTC.</param>
/// <param name="Keys">Its keys, by name.</param>
public sealed record ArchivedGame(
    Guid Game, string ClaimedBy, DateTimeOffset ClaimedAt, IReadOnlyDictionary<string, ArchivedKey> Keys)
{
    /// <summary>The folder of the games' files within the archive, with a slash at its end.</summary>
    public const string Folder = "superhero/ARCHIVE/";

    /// <summary>The path of a game's file within the archive: JSON, compressed with gzip.</summary>
    public static string PathOf(Guid token) => Path.Combine(Folder, token.ToString("D")[..2], $"{token:D}.json.gz");

    /// <summary>Reads a game's file.</summary>
    /// <param name="archive">The folder of the archive.</param>
    /// <param name="token">The game's token.</param>
    /// <exception cref="FileNotFoundException">The game is not in the archive.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ArchivedGame Read(string archive, Guid token)
    {
        try
        {
            using var file = new GZipStream(File.OpenRead(Path.Combine(archive, PathOf(token))), CompressionMode.Decompress);
            return JsonSerializer.Deserialize(file, ArchiveJson.Default.ArchivedGame) is { } game && game.Game == token
                ? game
                : throw new InvalidDataException("it holds another game than its name says");
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileNotFoundException(exception.Message, exception);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"it is not an archived game: {exception.Message}", exception);
        }
    }

    /// <summary>The game as it was extracted.</summary>
    /// <exception cref="UnprocessableGameException">It can't be.</exception>
    public ExtractedGame Extract()
    {
        var keys = new GameKeys(Game);
        var log = Values(keys.Logs!).Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line)).ToList();
        var tally = new AttackTally(Values(keys.Participants!));
        foreach (var line in log)
        {
            tally.Add(AttackLog.Parse(line, Game));
        }

        var fighters = tally.Fighters;
        var heroes = fighters
            .Select(fighter => (fighter.User, Hero: Keys.GetValueOrDefault(keys.Hero(fighter.User)!)?.Hash?.GetValueOrDefault("id")))
            .Where(hero => hero.Hero is not null)
            .ToDictionary(hero => hero.User, hero => hero.Hero!, StringComparer.Ordinal);
        return new ExtractedGame(Game, Text(keys.Wanted!), fighters, heroes, tally.Attacks, Time(log.FirstOrDefault()), Time(log.LastOrDefault()));

        static DateTimeOffset? Time(ReadOnlyMemory<byte> line) => line.IsEmpty ? null : AttackLog.Time(line);
    }

    /// <summary>Its file's bytes.</summary>
    public byte[] ToFile()
    {
        using var bytes = new MemoryStream();
        using (var file = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            JsonSerializer.Serialize(file, this, ArchiveJson.Default.ArchivedGame);
        }

        return bytes.ToArray();
    }

    private string? Text(string key) => Keys.GetValueOrDefault(key)?.Text;

    private IReadOnlyList<string> Values(string key) => Keys.GetValueOrDefault(key)?.Values ?? [];
}

/// <summary>A key of Redis, one of the three as its type has it.</summary>
/// <param name="Text">What a string holds.</param>
/// <param name="Values">The values of a list, in their order, or of a set.</param>
/// <param name="Hash">The fields of a hash.</param>
public sealed record ArchivedKey(string? Text = null, IReadOnlyList<string>? Values = null, IReadOnlyDictionary<string, string>? Hash = null);

/// <summary>How the archive is spelled.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ArchivedGame))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
