using System.Net;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class StartTests
{
    [Fact]
    public async Task A_silo_waits_while_Redis_is_full_with_a_line_for_each_try()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "1");
        var silo = cluster.Launch();
        await Eventually.HoldsAsync(
            () => cluster.Log(1).Split("can't be reached; next try in ").Length > 2 && cluster.Log(1).Contains("OOM", StringComparison.Ordinal), () => cluster.Log(1));
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "0");
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_silo_waits_while_Redis_is_a_replica()
    {
        await using var main = await RealRedis.StartAsync();
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Database.ExecuteAsync("REPLICAOF", "127.0.0.1", main.Options.Port);
        var silo = cluster.Launch();
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains("it is a replica of another one, and takes no writes", StringComparison.Ordinal), () => cluster.Log(1));
        await cluster.Redis.Server.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_Redis_cluster_is_refused()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(
            port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--cluster-enabled", "yes"));
        var silo = cluster.Launch();
        await silo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, silo.Process.ExitCode);
        Assert.Contains(
            "REDIS_HOST: '127.0.0.1' is not allowed; set it to a Redis that is not a cluster (cluster-enabled no): a game's keys would lie on several of its servers.",
            cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_silos_elsewhere_cannot_reach_is_refused()
    {
        var (exitCode, said) = await SiloCommand.RunSiloAsync("REDIS_HOST", "10.255.255.1", "SILO_HOST", "localhost");
        Assert.Equal(2, exitCode);
        Assert.EndsWith(
            "SILO_HOST: 'localhost' is not allowed; set it to auto, or the IP address of this machine that others can reach, as Redis is on another machine.\n",
            said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SILO_HOST", "203.0.113.7")]
    [InlineData("HTTP_HOST", "203.0.113.7")]
    public async Task An_address_that_this_machine_does_not_have_is_refused(string variable, string value)
    {
        var (exitCode, said) = await SiloCommand.RunSiloAsync(variable, value, "DASHBOARD_USER", "ops", "DASHBOARD_PASSWORD", "secret");
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"{variable}: '{value}' is not allowed; set it to an address that this machine has", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_Redis_does_not_have_is_refused()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        var silo = cluster.Launch(("REDIS_DB", "99"));
        await silo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, silo.Process.ExitCode);
        Assert.Contains("REDIS_DB: '99' is not allowed; set it to a database that is there", cluster.Log(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-eval", "NOPERM")]
    [InlineData("-info", "is up")]
    public async Task What_a_user_may_not_do_is_said_or_not_missed(string forbidden, string said)
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "worker", "on", ">secret", "~*", "&*", "+@all", forbidden);
        var silo = cluster.Launch(("REDIS_USER", "worker"), ("REDIS_PASSWORD", "secret"));
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains(said, StringComparison.Ordinal), () => cluster.Log(1));
        if (forbidden == "-info")
        {
            await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_sweep_that_may_not_read_the_open_games_is_a_yellow_light()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("SWEEP_INTERVAL", "1"));
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "-zscan");
        var silo = cluster.Launch();
        var answer = "";
        await Eventually.HoldsAsync(
            async () => (answer = await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK)).Contains("the sweep, which does games that no message announces, fails: NOPERM", StringComparison.Ordinal),
            () => answer);
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "+zscan");
        await Eventually.HoldsAsync(
            async () => (answer = await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK)).Contains("\"Healthy\"", StringComparison.Ordinal), () => answer);
    }

    [Fact]
    public async Task What_Kubernetes_sets_for_a_service_is_read_as_a_port_and_no_folder_for_temporary_files_is_needed()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        var silo = cluster.Launch(
            ("REDIS_PORT", $"tcp://10.96.0.1:{cluster.Redis.Options.Port}"), ("SILO_PORT", $"tcp://10.96.0.2:{Ports.Free()}"),
            ("GATEWAY_PORT", $"tcp://10.96.0.2:{Ports.Free()}"), ("HTTP_PORT", $"tcp://10.96.0.2:{Ports.Free()}"), ("TMPDIR", "/nowhere"));
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_Redis_that_throws_keys_away_is_a_yellow_light()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "100mb");
        await cluster.Redis.Server.ConfigSetAsync("maxmemory-policy", "allkeys-lru");
        var silo = cluster.Launch();
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains("set its maxmemory-policy to noeviction (allkeys-lru now)", StringComparison.Ordinal), () => cluster.Log(1));
        Assert.Contains("Degraded", await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK), StringComparison.Ordinal);
    }
}
