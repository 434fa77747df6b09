using System.Security.Cryptography;
using System.Text;
using Superhero.Tables.Files;

namespace Superhero.Tables.Compact;

/// <summary>A merge of games of a partition into parts. It says all that the parts depend on, so that whoever does it again makes the same
/// parts under the same names.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Games">The games, sorted by token, and into the part of which tables each goes: a bit each, in the order in which the
/// tables are written.</param>
public sealed record MergePlan(Partition Partition, IReadOnlyList<(GameFile Game, byte Tables)> Games)
{
    /// <summary>The parts' name, without its ending.</summary>
    public string Name => "part-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())))[..16];

    /// <summary>Whether a table gets a game.</summary>
    public static bool IsInto(int table, byte tables) => (tables & (1 << table)) != 0;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="InvalidDataException">It is no such text.</exception>
    public static MergePlan Parse(string text)
    {
        var lines = text.Split('\n');
        return Partition.Parse(lines[0]) is { } partition && lines.Skip(1).All(line => line.Length > 1 && line[0] is >= '0' and <= '7' && GameFile.Parse(line[1..]) is not null)
            ? new MergePlan(partition, [.. lines.Skip(1).Select(line => (GameFile.Parse(line[1..])!.Value, (byte)(line[0] - '0')))])
            : throw new InvalidDataException("it is no record of a merge");
    }

    /// <summary>A line for the partition, and one for each game.</summary>
    public override string ToString() => string.Join('\n', Games.Select(one => $"{one.Tables}{one.Game.Name}").Prepend(Partition.Folder));
}
