namespace Superhero.Grains.Extract;

/// <summary>Adds up a game's attacks one by one, so that a log of any length takes no more memory than its participants.</summary>
public sealed class AttackTally
{
    private readonly Dictionary<string, Sum> _sums;
    private int _deaths;

    /// <summary>Begins with nothing.</summary>
    /// <param name="participants">The user_tokens of those in the game, without doubles.</param>
    public AttackTally(IEnumerable<string> participants) =>
        _sums = participants.ToDictionary(user => user, _ => new Sum(), StringComparer.Ordinal);

    /// <summary>How many attacks there were.</summary>
    public int Attacks { get; private set; }

    /// <summary>The participants, and anyone else whom the attacks name.</summary>
    public IReadOnlyList<Fighter> Fighters =>
        [.. _sums.Select(entry => new Fighter(entry.Key, entry.Value.Rounds, entry.Value.Received, entry.Value.Sent, entry.Value.Death))];

    /// <summary>Adds an attack, which came after those before it.</summary>
    /// <exception cref="UnprocessableGameException">A sum is beyond 2^64-1.</exception>
    public void Add(Attack attack)
    {
        var (attacker, enemy) = (SumOf(attack.User), SumOf(attack.Enemy));
        Attacks++;
        attacker.Rounds++;
        Add(ref attacker.Sent, attack.Damage);
        Add(ref enemy.Received, attack.Damage);
        if (attack.Deadly && enemy.Death == 0)
        {
            enemy.Death = ++_deaths;
        }
    }

    private Sum SumOf(string user)
    {
        if (!_sums.TryGetValue(user, out var sum))
        {
            _sums.Add(user, sum = new Sum());
        }

        return sum;
    }

    private static void Add(ref ulong sum, ulong damage)
    {
        if (long.MaxValue - sum < damage)
        {
            throw new UnprocessableGameException("a sum of damage is out of its column's range");
        }

        sum += damage;
    }

    private sealed class Sum
    {
        public int Death;
        public int Rounds;
        public ulong Received;
        public ulong Sent;
    }
}
