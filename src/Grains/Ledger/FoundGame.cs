using System.Text;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Grains.Ledger;

/// <summary>What Redis holds of a game, as it was at one moment.</summary>
/// <param name="status">Its status, or null where it has none.</param>
/// <param name="wanted">How many participants it wanted, as written; null where that is not known.</param>
/// <param name="users">The members of its set of participants.</param>
/// <param name="heroIds">The ids of their heroes, in the same order, as written; null where there is none.</param>
/// <param name="logLength">How many lines its log has.</param>
/// <param name="firstLines">The first of these, or all.</param>
public sealed class FoundGame(
    string? status, string? wanted, IReadOnlyList<RedisValue> users, IReadOnlyList<string?> heroIds, long logLength, IReadOnlyList<RedisValue> firstLines)
{
    private IReadOnlyList<RedisValue> _firstLines = firstLines;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How many participants it wanted, as written; null where that is not known.</summary>
    public string? Wanted => wanted;

    /// <summary>The ids of the participants' heroes, in their order, as written; null where there is none.</summary>
    public IReadOnlyList<string?> HeroIds => heroIds;

    /// <summary>How many lines its log has.</summary>
    public long LogLength => logLength;

    /// <summary>Hands over the first lines of its log, or all, which may take megabytes. Afterwards the game holds them no longer.</summary>
    public IReadOnlyList<RedisValue> TakeFirstLines()
    {
        var lines = _firstLines;
        _firstLines = [];
        return lines;
    }

    /// <summary>Whether it is finished, and there is anything to be done for it. A status alone can come back by a late
    /// player's last word.</summary>
    public bool IsThere => status == GameStatus.Completed && (users.Count > 0 || logLength > 0);

    /// <summary>The user_tokens of those in it.</summary>
    /// <exception cref="UnprocessableGameException">One is no text. Read as it stands, it would become another user, whose
    /// keys nobody would find.</exception>
    public IReadOnlyList<string> ReadUsers()
    {
        try
        {
            return [.. users.Select(user => Strict.GetString(((ReadOnlyMemory<byte>)user).Span))];
        }
        catch (DecoderFallbackException)
        {
            throw new UnprocessableGameException("a participant's user_token is not text");
        }
    }
}
