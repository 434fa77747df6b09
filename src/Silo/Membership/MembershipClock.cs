namespace Superhero.Silo.Membership;

/// <summary>The clock of Orleans' membership, whose timestamps begin with the silo. Orleans' watchdog may look at the last
/// check of its components before it has noted a first one, and so at the timestamp 0: by the machine's own count the silo would
/// then seem to have stood still since the machine started, which would be logged and held against its health.</summary>
internal sealed class MembershipClock : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override long GetTimestamp() => System.GetTimestamp() - _start;
}
