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
        _silos = [.. Enumerable.Range(1, 3).Select(number => new PartitionOwnership(new Self(number), _clock))];

    [Fact]
    public void One_that_is_alone_acts_on_every_game_from_the_first_moment()
    {
        Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Joining));
        EachGameHasOneOf(1);
        Assert.True(_silos[0].IsMember);
        Assert.False(_silos[1].IsMember);
        _clock.Advance(PartitionOwnership.SettlingTime);
        Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Joining));
        EachGameHasOneOf(1);
    }

    [Fact]
    public void One_that_joins_has_no_share_until_it_is_settled()
    {
        Settle((1, SiloStatus.Active), (2, SiloStatus.Active));
        EachGameHasOneOf(1, 2);

        Assert.All(
            Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active)),
            again => Assert.Equal(PartitionOwnership.SettlingTime, again));
        Assert.All(_silos, silo => Assert.True(silo.IsSettling));
        EachGameHasOneOf(1, 2);

        _clock.Advance(PartitionOwnership.SettlingTime);
        Assert.All(Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active)), Assert.Null);
        Assert.All(_silos, silo => Assert.False(silo.IsSettling));
        EachGameHasOneOf(1, 2, 3);
    }

    [Fact]
    public void What_one_had_that_goes_the_others_have_at_once()
    {
        Settle((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.ShuttingDown));
        EachGameHasOneOf(1, 2);
        Assert.False(_silos[2].IsMember);
        Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead));
        EachGameHasOneOf(1);
    }

    [Fact]
    public void Where_nobody_is_settled_the_one_that_came_first_has_all()
    {
        Set((1, SiloStatus.Active));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Set((1, SiloStatus.Active), (2, SiloStatus.Active));
        EachGameHasOneOf(1);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        EachGameHasOneOf(1);
        Set((1, SiloStatus.Dead), (2, SiloStatus.Active), (3, SiloStatus.Active));
        EachGameHasOneOf(2);
    }

    [Fact]
    public void Those_that_were_there_before_a_silo_came_share_the_games_for_it()
    {
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Joining));
        _silos[2].Update(_members.CurrentSnapshot);
        _members.Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        Assert.Equal(PartitionOwnership.SettlingTime, _silos[2].Update(_members.CurrentSnapshot));
        Assert.DoesNotContain(Games, _silos[2].IsLocal);
        _clock.Advance(PartitionOwnership.SettlingTime);
        Assert.Null(_silos[2].Update(_members.CurrentSnapshot));
        Assert.InRange(Games.Count(_silos[2].IsLocal), Games.Length / 6, Games.Length / 2);
    }

    // Each game is in the share of one of these, about evenly, and of nobody else.
    private void EachGameHasOneOf(params int[] silos)
    {
        Assert.All(Games, game => Assert.Single(_silos, silo => silo.IsLocal(game)));
        Assert.All(silos, silo => Assert.InRange(Games.Count(_silos[silo - 1].IsLocal), Games.Length / silos.Length / 2, Games.Length));
    }

    private void Settle(params (int Number, SiloStatus Status)[] members)
    {
        Set(members);
        _clock.Advance(PartitionOwnership.SettlingTime);
        Set(members);
    }

    private List<TimeSpan?> Set(params (int Number, SiloStatus Status)[] members)
    {
        _members.Set(members);
        return [.. _silos.Select(silo => silo.Update(_members.CurrentSnapshot))];
    }
}
