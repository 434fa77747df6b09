using FsCheck;
using FsCheck.Fluent;
using Superhero.Grains.Extract;
using Superhero.Grains.Transform;
using Superhero.Tables.Rows;

namespace Superhero.Grains.Tests.Transform;

public class PodiumRankingTests
{
    private static readonly string[] Users = ["a", "b", "c", "d", "e"];

    // Any attacks, by and on the dead and on oneself, too.
    private static readonly Arbitrary<Attack[]> Games = (
        from user in Gen.Elements(Users)
        from enemy in Gen.Elements(Users)
        from damage in Gen.Choose(0, 1_000_000)
        from deadly in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Attack(user, enemy, (ulong)damage, deadly)).ArrayOf().ToArbitrary();

    [Fact]
    public void First_to_die_is_last_and_the_survivor_is_first() =>
        Assert.Equal(
            [("a", 1), ("b", 2), ("c", 3)],
            Rank(["b", "a", "c"], [new("a", "c", 5, true), new("a", "b", 7, true)]).Select(row => (row.User, (int)row.Rank)));

    [Fact]
    public void Only_the_first_death_of_a_participant_counts() =>
        Assert.Equal(
            [("c", 1), ("b", 2), ("a", 3)],
            Rank(["a", "b", "c"], [new("b", "a", 1, true), new("c", "b", 1, true), new("c", "a", 1, true)])
                .Select(row => (row.User, (int)row.Rank)));

    [Fact]
    public void Survivors_share_rank_1_and_without_survivors_the_last_to_die_has_it()
    {
        Assert.Equal([1, 1, 3], Rank(["a", "b", "c"], [new("a", "c", 1, true)]).Select(row => (int)row.Rank));
        Assert.Equal(
            [("b", 1), ("a", 2)],
            Rank(["a", "b"], [new("b", "a", 1, true), new("a", "b", 1, true)]).Select(row => (row.User, (int)row.Rank)));
    }

    [Fact]
    public void Participants_without_a_turn_and_participants_named_only_by_the_log_have_rows() =>
        Assert.Equal(["a", "stranger", "idle"], Rank(["a", "idle"], [new("a", "idle", 3, true), new("a", "stranger", 2, false)]).Select(row => row.User));

    [Fact]
    public void Numbers_that_do_not_fit_their_columns_are_refused()
    {
        var tooManyRounds = Enumerable.Repeat(new Attack("a", "b", 1, false), ushort.MaxValue + 1);
        Assert.Throws<UnprocessableGameException>(() => Rank(["a", "b"], tooManyRounds));
        Assert.Throws<UnprocessableGameException>(() => Rank(["a", "b"], [new("a", "b", ulong.MaxValue, false), new("a", "b", 1, false)]));
        Assert.Throws<UnprocessableGameException>(
            () => Rank(Enumerable.Range(0, 300).Select(i => $"{i}"), [new("0", "1", 1, true)]));
    }

    [Fact]
    public void Ranks_are_within_the_number_of_participants() => Prop.ForAll(Games, attacks =>
        Rank(Users, attacks).All(row => row.Rank >= 1 && row.Rank <= Users.Length)).QuickCheckThrowOnFailure();

    [Fact]
    public void Damage_sent_equals_damage_received_and_rounds_equal_attacks() => Prop.ForAll(Games, attacks =>
    {
        var podium = Rank(Users, attacks);
        var damage = attacks.Sum(attack => (long)attack.Damage);
        return podium.Sum(row => (long)row.DamageSent) == damage
            && podium.Sum(row => (long)row.DamageReceived) == damage
            && podium.Sum(row => row.Rounds) == attacks.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Order_of_the_participants_does_not_change_their_ranks() => Prop.ForAll(Games, attacks =>
        Rank(Users, attacks).SequenceEqual(Rank(Users.Reverse(), attacks))).QuickCheckThrowOnFailure();

    private static IReadOnlyList<PodiumRow> Rank(IEnumerable<string> users, IEnumerable<Attack> attacks)
    {
        var tally = new AttackTally(users);
        foreach (var attack in attacks)
        {
            tally.Add(attack);
        }

        return PodiumRanking.Rank(tally.Fighters);
    }
}
