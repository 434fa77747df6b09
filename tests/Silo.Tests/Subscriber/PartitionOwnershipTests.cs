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
    public void Only_active_silo_owns_every_game_at_once()
    {
        Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Joining));
        EachGameHasOneOwnerOf(1);
        Assert.True(_silos[0].IsMember);
        Assert.False(_silos[1].IsMember);
        _clock.Advance(PartitionOwnership.SettlingTime);
        Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Joining));
        EachGameHasOneOwnerOf(1);
    }

    [Fact]
    public void Joining_silo_owns_no_game_until_it_has_settled()
    {
        Settle((1, SiloStatus.Active), (2, SiloStatus.Active));
        EachGameHasOneOwnerOf(1, 2);

        Assert.All(
            Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active)),
            again => Assert.Equal(PartitionOwnership.SettlingTime, again));
        Assert.All(_silos, silo => Assert.True(silo.IsSettling));
        EachGameHasOneOwnerOf(1, 2);

        _clock.Advance(PartitionOwnership.SettlingTime);
        Assert.All(Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active)), Assert.Null);
        Assert.All(_silos, silo => Assert.False(silo.IsSettling));
        EachGameHasOneOwnerOf(1, 2, 3);
    }

    [Fact]
    public void Games_of_a_leaving_silo_are_reassigned_at_once()
    {
        Settle((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.ShuttingDown));
        EachGameHasOneOwnerOf(1, 2);
        Assert.False(_silos[2].IsMember);
        Set((1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead));
        EachGameHasOneOwnerOf(1);
    }

    [Fact]
    public void First_silo_owns_every_game_while_none_has_settled()
    {
        Set((1, SiloStatus.Active));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Set((1, SiloStatus.Active), (2, SiloStatus.Active));
        EachGameHasOneOwnerOf(1);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Set((1, SiloStatus.Active), (2, SiloStatus.Active), (3, SiloStatus.Active));
        EachGameHasOneOwnerOf(1);
        Set((1, SiloStatus.Dead), (2, SiloStatus.Active), (3, SiloStatus.Active));
        EachGameHasOneOwnerOf(2);
    }

    [Fact]
    public void Joining_silo_takes_silos_that_were_active_before_it_for_settled()
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

    // Each game has one owner among these silos, and each of them owns about as many.
    private void EachGameHasOneOwnerOf(params int[] silos)
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
