using System.Text;

namespace Superhero.Testing;

/// <summary>Spoils texts at random, the same way for the same seed.</summary>
public sealed class Mutator(int seed)
{
    private static readonly string[] Tokens =
    [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "true", "-1", "1e999", "18446744073709551616", "\\ud800", "\u0000", "../",
        "\"game_token\"", "\"task\"", "Cleaning Game Records",
    ];

    private readonly Random _random = new(seed);

    /// <summary>A text in UTF-8 with one to eight changes: bits flipped, parts cut, doubled, moved, or put in.</summary>
    public byte[] Mutate(string text)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        for (var changes = _random.Next(1, 9); changes > 0 && bytes.Count > 0; changes--)
        {
            var (at, length) = Part(bytes);
            switch (_random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3:
                    var part = bytes.GetRange(at, length);
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(_random.Next(bytes.Count + 1), part);
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[_random.Next(Tokens.Length)]));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private (int At, int Length) Part(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count);
        return (at, _random.Next(1, Math.Min(32, bytes.Count - at) + 1));
    }
}
