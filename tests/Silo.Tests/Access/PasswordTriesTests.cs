using System.Net;
using Superhero.Silo.Access;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

public class PasswordTriesTests
{
    // One of them might fall together with the address that has to wait; all of them do not.
    private static readonly string[] Others = ["10.0.0.2", "10.0.0.3", "fe80::2", "2001:db8:0:1::1", "2001:db8:0:2::1"];

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8::1", "2001:db8::2:3:4:5")]
    [InlineData(null, null)]
    public void After_ten_wrong_passwords_their_address_has_to_wait_and_others_have_not(string? failing, string? same)
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
    public void Right_passwords_are_not_counted()
    {
        using var tries = new PasswordTries(TimeSpan.FromHours(1));
        Assert.All(Enumerable.Range(0, 2 * PasswordTries.Limit), _ => Assert.True(tries.MayTry(IPAddress.Loopback)));
    }

    [Fact]
    public async Task Who_has_to_wait_may_try_again_when_the_window_is_over()
    {
        using var tries = new PasswordTries(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(
            () =>
            {
                tries.Failed(IPAddress.Loopback);
                return !tries.MayTry(IPAddress.Loopback);
            },
            () => "tries to be used up");
        await Eventually.HoldsAsync(() => tries.MayTry(IPAddress.Loopback), () => "another try");
    }

    private static IPAddress? Address(string? text) => text is null ? null : IPAddress.Parse(text);
}
