using System.Collections.Immutable;
using System.Net;

namespace Superhero.Silo.Tests.Membership;

/// <summary>A membership service that returns the members that a test sets.</summary>
internal sealed class Members : IClusterMembershipService
{
    private long _version;

    public ClusterMembershipSnapshot CurrentSnapshot { get; private set; } = new([], new MembershipVersion(0));

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

    /// <summary>The address of the silo with a number.</summary>
    public static SiloAddress Address(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 20_000 + number), number);

    /// <summary>Replaces the members.</summary>
    public void Set(params (int Number, SiloStatus Status)[] members) => CurrentSnapshot = new ClusterMembershipSnapshot(
        members.ToImmutableDictionary(
            member => Address(member.Number), member => new ClusterMember(Address(member.Number), member.Status, $"silo-{member.Number}")),
        new MembershipVersion(++_version));

    public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => default;

    public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
}

/// <summary>The local details of the silo with a number.</summary>
internal sealed class Self(int number) : ILocalSiloDetails
{
    public string Name { get; } = $"silo-{number}";

    public string ClusterId => "superhero";

    public string DnsHostName => "localhost";

    public SiloAddress SiloAddress { get; } = Members.Address(number);

    public SiloAddress GatewayAddress => SiloAddress;
}
