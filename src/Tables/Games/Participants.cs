namespace Superhero.Tables.Games;

/// <summary>Compares the participants that two tables have of a game.</summary>
internal static class Participants
{
    // With so few a look through all of them is faster than a set.
    private const int Few = 8;

    /// <summary>What is wrong with them; null where nothing is.</summary>
    public static string? Problem(ReadOnlySpan<string> meta, ReadOnlySpan<string> podium) =>
        HasTwice(meta) || HasTwice(podium) ? "has a participant twice"
        : meta.Length != podium.Length || !HasAll(meta, podium) ? "has other participants in GAME_META than in GAME_PODIUM"
        : null;

    private static bool HasTwice(ReadOnlySpan<string> users)
    {
        if (users.Length > Few)
        {
            return new HashSet<string>(users.ToArray(), StringComparer.Ordinal).Count < users.Length;
        }

        for (var i = 1; i < users.Length; i++)
        {
            if (users[..i].Contains(users[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasAll(ReadOnlySpan<string> users, ReadOnlySpan<string> wanted)
    {
        if (users.Length > Few)
        {
            return new HashSet<string>(users.ToArray(), StringComparer.Ordinal).IsSupersetOf(wanted.ToArray());
        }

        foreach (var user in wanted)
        {
            if (!users.Contains(user))
            {
                return false;
            }
        }

        return true;
    }
}
