using System.Net;
using Superhero.Silo.Network;

namespace Superhero.Silo.Tests.Network;

public class SiloEndpointOptionsTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Beside_a_Redis_on_this_machine_a_silo_is_on_loopback(string redis)
    {
        Assert.Equal(IPAddress.Loopback, new SiloEndpointOptions { RedisHost = redis }.Address);
        Assert.Equal(IPAddress.Loopback, new SiloEndpointOptions { RedisHost = redis, Host = "localhost" }.Address);
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("redis.invalid")]
    public void With_a_Redis_elsewhere_it_has_an_address_that_others_can_reach(string redis)
    {
        Assert.Equal(OwnAddress.Find(), new SiloEndpointOptions { RedisHost = redis }.Address);
        Assert.Equal(IPAddress.Parse("10.0.0.1"), new SiloEndpointOptions { RedisHost = redis, Host = "10.0.0.1" }.Address);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("0.0.0.0")]
    public void With_a_Redis_elsewhere_one_that_they_cannot_reach_is_refused(string host) =>
        Assert.Null(new SiloEndpointOptions { RedisHost = "10.0.0.5", Host = host }.Address);
}
