using System.Net;
using System.Threading.RateLimiting;

namespace Superhero.Silo.Access;

/// <summary>Counts wrong passwords by where they come from, and says who has to wait: within a minute, ten may come from one address.</summary>
/// <param name="window">The minute.</param>
public sealed class PasswordTries(TimeSpan window) : IDisposable
{
    /// <summary>How many wrong passwords an address has in each window.</summary>
    public const int Limit = 10;

    // So that what is remembered does not grow with the addresses; those that fall together share their tries.
    private const int Places = 4096;

    // Who has one address of version 6 has all that begin with these bytes.
    private const int NetworkLength = 8;

    private readonly PartitionedRateLimiter<IPAddress?> _limiter = PartitionedRateLimiter.Create<IPAddress?, int>(address =>
        RateLimitPartition.GetFixedWindowLimiter(Place(address), _ => new FixedWindowRateLimiterOptions { PermitLimit = Limit, Window = window }));

    /// <summary>The time after which an address that has to wait may try again for sure.</summary>
    public TimeSpan Window => window;

    /// <summary>Whether an address may try a password.</summary>
    public bool MayTry(IPAddress? address)
    {
        using var lease = _limiter.AttemptAcquire(address, permitCount: 0);
        return lease.IsAcquired;
    }

    /// <summary>Counts a wrong password.</summary>
    public void Failed(IPAddress? address) => _limiter.AttemptAcquire(address).Dispose();

    /// <inheritdoc />
    public void Dispose() => _limiter.Dispose();

    private static int Place(IPAddress? address)
    {
        var hash = default(HashCode);
        var bytes = (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.GetAddressBytes() ?? [];
        hash.AddBytes(bytes.AsSpan(0, Math.Min(bytes.Length, NetworkLength)));
        return hash.ToHashCode() & (Places - 1);
    }
}
