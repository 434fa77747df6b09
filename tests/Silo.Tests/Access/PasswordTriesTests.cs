using System.Net;
using Superhero.Silo.Access;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

public class PasswordTriesTests
{
    // One address might share its tries with the blocked one; all of them do not.
    private static readonly string[] Others = ["10.0.0.2", "10.0.0.3", "fe80::2", "2001:db8:0:1::1", "2001:db8:0:2::1"];

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8::1", "2001:db8::2:3:4:5")]
    [InlineData(null, null)]
    public void Ten_wrong_passwords_block_their_address_and_no_other(string? failing, string? same)
    {
        using var tries = new PasswordTries(TimeSpan.FromHours(1));
        for (var i = 0; i < PasswordTries.Limit; i++)
        {
            Assert.True(tries.MayTry(Address(same)));
            tries.Failed(Address(failing));
        }

        Assert.False(tries.MayTry(Address(failing)));
        Assert.False(tries.MayTry(Address(same)));
        Assert.Contains(Others, other => tries.MayTry(Address(other)));
    }

    [Fact]
    public void Right_passwords_do_not_count()
    {
        using var tries = new PasswordTries(TimeSpan.FromHours(1));
        Assert.All(Enumerable.Range(0, 2 * PasswordTries.Limit), _ => Assert.True(tries.MayTry(IPAddress.Loopback)));
    }

    [Fact]
    public async Task Blocked_address_may_try_again_when_the_window_is_over()
    {
        using var tries = new PasswordTries(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(
            () =>
            {
                tries.Failed(IPAddress.Loopback);
                return !tries.MayTry(IPAddress.Loopback);
            },
            () => "an address to be blocked");
        await Eventually.HoldsAsync(() => tries.MayTry(IPAddress.Loopback), () => "another try");
    }

    private static IPAddress? Address(string? text) => text is null ? null : IPAddress.Parse(text);
}
