using System.Net;
using Superhero.Silo.Network;

namespace Superhero.Silo.Tests.Network;

public class SiloEndpointOptionsTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Silo_listens_on_loopback_if_Redis_is_on_this_machine(string redis)
    {
        Assert.Equal(IPAddress.Loopback, new SiloEndpointOptions { RedisHost = redis }.Address);
        Assert.Equal(IPAddress.Loopback, new SiloEndpointOptions { RedisHost = redis, Host = "localhost" }.Address);
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("redis.invalid")]
    public void Silo_has_a_reachable_address_if_Redis_is_on_another_machine(string redis)
    {
        Assert.Equal(OwnAddress.Find(), new SiloEndpointOptions { RedisHost = redis }.Address);
        Assert.Equal(IPAddress.Parse("10.0.0.1"), new SiloEndpointOptions { RedisHost = redis, Host = "10.0.0.1" }.Address);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("0.0.0.0")]
    public void Unreachable_address_is_refused_if_Redis_is_on_another_machine(string host) =>
        Assert.Null(new SiloEndpointOptions { RedisHost = "10.0.0.5", Host = host }.Address);
}
