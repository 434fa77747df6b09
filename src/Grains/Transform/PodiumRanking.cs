using Superhero.Grains.Extract;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Transform;

/// <summary>Ranks the participants of a game.</summary>
public static class PodiumRanking
{
    /// <summary>Ranks them by who died when: whoever survived comes first, and who died first comes last.</summary>
    /// <returns>A row a participant, ordered by rank and then by user_token.</returns>
    /// <exception cref="UnprocessableGameException">A rank or a count does not fit its column.</exception>
    public static IReadOnlyList<PodiumRow> Rank(IReadOnlyCollection<Fighter> fighters) =>
    [
        .. fighters
            .Select(fighter => Row(fighter, fighters.Count))
            .OrderBy(row => row.Rank)
            .ThenBy(row => row.User, StringComparer.Ordinal),
    ];

    private static PodiumRow Row(Fighter fighter, int participants)
    {
        var rank = fighter.Death == 0 ? 1 : participants - fighter.Death + 1;
        return rank > byte.MaxValue ? throw OutOfRange("rank", rank)
            : fighter.Rounds > ushort.MaxValue ? throw OutOfRange("rounds", fighter.Rounds)
            : new PodiumRow(fighter.User, (byte)rank, (ushort)fighter.Rounds, fighter.Received, fighter.Sent);
    }

    private static UnprocessableGameException OutOfRange(string column, int value) =>
        new($"{column} {value} is out of its column's range");
}
