using Microsoft.Extensions.Time.Testing;
using Superhero.Silo.Subscriber;
using Superhero.Silo.Tests.Membership;

namespace Superhero.Silo.Tests.Subscriber;

public class PartitionOwnershipTests
{
    private static readonly GrainId[] Games = [.. Enumerable.Range(0, 300).Select(i => GrainId.Create("game", $"{i}"))];

    private readonly FakeTimeProvider _clock = new();
    private readonly Members _members = new();
    private readonly PartitionOwnership[] _silos;

    public PartitionOwnershipTests() =>
        _silos = [.. Enumerable.Range(1, 3).Select(number => new PartitionOwnership(_members, new Self(number), _clock))];

    // How many of some silos act on each game.
    private IEnumerable<int> Actors(int silos) => Games.Select(game => _silos[..silos].Count(silo => silo.IsLocal(game)));

    [Fact]
    public void One_that_is_alone_acts_on_every_game_from_the_first_moment()
    {
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Joining));
        Assert.All(Actors(1), actors => Assert.Equal(1, actors));
        _clock.Advance(PartitionOwnership.RebalancePeriod);
        Assert.All(Actors(1), actors => Assert.Equal(1, actors));
    }

    [Fact]
    public void For_a_while_all_act_on_every_game_and_then_each_on_its_own()
    {
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        Assert.All(Actors(3), actors => Assert.Equal(3, actors));
        _clock.Advance(PartitionOwnership.RebalancePeriod - TimeSpan.FromTicks(1));
        Assert.All(Actors(3), actors => Assert.Equal(3, actors));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.All(Actors(3), actors => Assert.Equal(1, actors));
        Assert.All(_silos, silo => Assert.InRange(Games.Count(silo.IsLocal), Games.Length / 6, Games.Length / 2));
    }

    [Fact]
    public void They_do_so_again_when_one_comes_and_when_one_goes()
    {
        Settle((1, SiloStatus.Active), (2, SiloStatus.Active));
        Assert.All(Actors(2), actors => Assert.Equal(1, actors));

        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        Assert.All(Actors(3), actors => Assert.Equal(3, actors));
        _clock.Advance(PartitionOwnership.RebalancePeriod);
        Assert.All(Actors(3), actors => Assert.Equal(1, actors));

        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.ShuttingDown));
        Assert.All(Actors(2), actors => Assert.Equal(2, actors));
        _clock.Advance(PartitionOwnership.RebalancePeriod);
        Assert.All(Actors(2), actors => Assert.Equal(1, actors));
    }

    [Fact]
    public void A_change_that_leaves_the_active_silos_as_they_are_disturbs_nobody()
    {
        Settle((1, SiloStatus.Active), (2, SiloStatus.Active));
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Joining));
        Assert.All(Actors(2), actors => Assert.Equal(1, actors));
    }

    private void Settle(params (int Number, SiloStatus Status)[] members)
    {
        _members.Set(members);
        Assert.All(Actors(members.Length), actors => Assert.Equal(members.Length, actors));
        _clock.Advance(PartitionOwnership.RebalancePeriod);
    }
}
