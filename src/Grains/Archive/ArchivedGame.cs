using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Superhero.Grains.Extract;
using Superhero.Redis;

namespace Superhero.Grains.Archive;

/// <summary>A game as Redis held it before its keys were cleaned. Its log, which may have millions of lines, stays in its file, and is
/// read line by line.</summary>
public sealed class ArchivedGame
{
    /// <summary>The folder of the games' files within the archive, with a slash at its end.</summary>
    public const string Folder = "superhero/ARCHIVE/";

    private readonly string _path;
    private readonly GameKeys _names;
    private readonly Dictionary<string, ArchivedKey> _keys = new(StringComparer.Ordinal);

    private ArchivedGame(string path, Guid token)
    {
        (_path, _names) = (path, new GameKeys(token));
        var (game, claimedBy, claimedAt) = ("", "", "");
        using var tokens = Open();
        tokens.Enter(JsonTokenType.StartObject);
        while (tokens.NextName() is { } name)
        {
            switch (name)
            {
                case "game": game = tokens.ReadText(); break;
                case "claimedBy": claimedBy = tokens.ReadText(); break;
                case "claimedAt": claimedAt = tokens.ReadText(); break;
                case "keys": ReadKeys(tokens); break;
                default: tokens.Skip(); break;
            }
        }

        if (game != _names.Token)
        {
            throw new InvalidDataException("it holds another game than its name says");
        }

        (Game, ClaimedBy) = (token, claimedBy);
        ClaimedAt = DateTimeOffset.TryParse(claimedAt, CultureInfo.InvariantCulture, out var at)
            ? at : throw new InvalidDataException("it is not an archived game: claimedAt is no time");
    }

    /// <summary>The game's token.</summary>
    public Guid Game { get; }

    /// <summary>The host name of the silo that claimed it, which its files bear.</summary>
    public string ClaimedBy { get; }

    /// <summary>When it was claimed, in UTC.</summary>
    public DateTimeOffset ClaimedAt { get; }

    /// <summary>Its keys, by name, all but the log.</summary>
    public IReadOnlyDictionary<string, ArchivedKey> Keys => _keys;

    /// <summary>The path of a game's file within the archive: JSON, compressed with gzip.</summary>
    public static string PathOf(Guid token) => Path.Combine(Folder, token.ToString("D")[..2], $"{token:D}.json.gz");

    /// <summary>Reads a game's file, all but the log.</summary>
    /// <param name="archive">The folder of the archive.</param>
    /// <param name="token">The game's token.</param>
    /// <exception cref="FileNotFoundException">The game is not in the archive.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ArchivedGame Read(string archive, Guid token)
    {
        try
        {
            return new ArchivedGame(Path.Combine(archive, PathOf(token)), token);
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new FileNotFoundException(exception.Message, exception);
        }
    }

    /// <summary>Reads its log from the file.</summary>
    /// <returns>The lines, each valid until the next one is read.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> ReadLog()
    {
        using var tokens = Open();
        if (!Find(tokens, "keys") || !Find(tokens, _names.Logs!) || !Find(tokens, "values"))
        {
            yield break;
        }

        tokens.Enter(JsonTokenType.StartArray);
        while (tokens.NextText())
        {
            yield return tokens.Text;
        }
    }

    /// <summary>The game as it was extracted.</summary>
    /// <exception cref="UnprocessableGameException">It can't be.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public ExtractedGame Extract()
    {
        var tally = new AttackTally(_keys.GetValueOrDefault(_names.Participants!)?.Values ?? []);
        var (first, last) = (Array.Empty<byte>(), Array.Empty<byte>());
        foreach (var line in ReadLog())
        {
            tally.Add(AttackLog.Parse(line, Game));
            last = line.ToArray();
            first = first.Length == 0 ? last : first;
        }

        var fighters = tally.Fighters;
        var heroes = fighters
            .Select(fighter => (fighter.User, Hero: _keys.GetValueOrDefault(_names.Hero(fighter.User)!)?.Hash?.GetValueOrDefault("id")))
            .Where(hero => hero.Hero is not null)
            .ToDictionary(hero => hero.User, hero => hero.Hero!, StringComparer.Ordinal);
        return new ExtractedGame(
            Game, _keys.GetValueOrDefault(_names.Wanted!)?.Text, fighters, heroes, tally.Attacks, Time(first), Time(last));

        static DateTimeOffset? Time(byte[] line) => line.Length == 0 ? null : AttackLog.Time(line);
    }

    private static bool Find(JsonTokens tokens, string property)
    {
        tokens.Enter(JsonTokenType.StartObject);
        while (tokens.NextName() is { } name)
        {
            if (name == property)
            {
                return true;
            }

            tokens.Skip();
        }

        return false;
    }

    private JsonTokens Open() => new(new GZipStream(File.OpenRead(_path), CompressionMode.Decompress));

    private void ReadKeys(JsonTokens tokens)
    {
        tokens.Enter(JsonTokenType.StartObject);
        while (tokens.NextName() is { } key)
        {
            if (key == _names.Logs)
            {
                tokens.Skip();
            }
            else
            {
                _keys[key] = ReadKey(tokens);
            }
        }
    }

    private static ArchivedKey ReadKey(JsonTokens tokens)
    {
        var key = new ArchivedKey();
        tokens.Enter(JsonTokenType.StartObject);
        while (tokens.NextName() is { } name)
        {
            switch (name)
            {
                case "text":
                    key = key with { Text = tokens.ReadText() };
                    break;
                case "values":
                    List<string> values = [];
                    tokens.Enter(JsonTokenType.StartArray);
                    while (tokens.NextText())
                    {
                        values.Add(Encoding.UTF8.GetString(tokens.Text.Span));
                    }

                    key = key with { Values = values };
                    break;
                case "hash":
                    Dictionary<string, string> hash = new(StringComparer.Ordinal);
                    tokens.Enter(JsonTokenType.StartObject);
                    while (tokens.NextName() is { } field)
                    {
                        hash[field] = tokens.ReadText();
                    }

                    key = key with { Hash = hash };
                    break;
                default:
                    tokens.Skip();
                    break;
            }
        }

        return key;
    }
}
