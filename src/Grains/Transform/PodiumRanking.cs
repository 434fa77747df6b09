using Superhero.Grains.Extract;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Transform;

/// <summary>Ranks the participants of a game.</summary>
public static class PodiumRanking
{
    /// <summary>Ranks the participants, and anyone else whom the attacks name, by who died when.</summary>
    /// <param name="participants">The user_tokens of those in the game, without doubles.</param>
    /// <param name="attacks">The attacks, oldest first.</param>
    /// <returns>A row a participant, ordered by rank and then by user_token.</returns>
    /// <exception cref="UnprocessableGameException">A rank, a count or a sum does not fit its column.</exception>
    public static IReadOnlyList<PodiumRow> Rank(IEnumerable<string> participants, IEnumerable<Attack> attacks)
    {
        var tallies = participants.ToDictionary(user => user, _ => new Tally(), StringComparer.Ordinal);
        var deaths = 0;
        foreach (var attack in attacks)
        {
            var attacker = TallyOf(attack.User);
            var enemy = TallyOf(attack.Enemy);
            attacker.Rounds++;
            Add(ref attacker.Sent, attack.Damage);
            Add(ref enemy.Received, attack.Damage);
            if (attack.Deadly && enemy.Death == 0)
            {
                enemy.Death = ++deaths;
            }
        }

        return [.. tallies
            .Select(entry => Row(entry.Key, entry.Value, tallies.Count))
            .OrderBy(row => row.Rank)
            .ThenBy(row => row.User, StringComparer.Ordinal)];

        Tally TallyOf(string user)
        {
            if (!tallies.TryGetValue(user, out var tally))
            {
                tallies.Add(user, tally = new Tally());
            }

            return tally;
        }
    }

    private static PodiumRow Row(string user, Tally tally, int participants)
    {
        var rank = tally.Death == 0 ? 1 : participants - tally.Death + 1;
        return rank > byte.MaxValue ? throw OutOfRange("rank", rank)
            : tally.Rounds > ushort.MaxValue ? throw OutOfRange("rounds", tally.Rounds)
            : new PodiumRow(user, (byte)rank, (ushort)tally.Rounds, tally.Received, tally.Sent);
    }

    private static void Add(ref ulong sum, ulong damage)
    {
        if (ulong.MaxValue - sum < damage)
        {
            throw new UnprocessableGameException("a sum of damage is out of its column's range");
        }

        sum += damage;
    }

    private static UnprocessableGameException OutOfRange(string column, int value) =>
        new($"{column} {value} is out of its column's range");

    private sealed class Tally
    {
        public int Death;
        public int Rounds;
        public ulong Received;
        public ulong Sent;
    }
}
