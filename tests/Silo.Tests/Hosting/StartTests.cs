using System.Net;
using Superhero.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class StartTests
{
    [Fact]
    public async Task Silo_waits_while_Redis_is_full_and_logs_each_try()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "1");
        cluster.Launch();
        await Eventually.HoldsAsync(
            () => cluster.Events(1).Count(one => one.Id == LogEvents.RedisUnreachable && one.Values["Reason"].Contains("OOM", StringComparison.Ordinal)) > 1,
            () => $"two failed tries. {cluster.Describe()}");
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "0");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Silo_waits_while_Redis_is_a_replica()
    {
        await using var main = await RealRedis.StartAsync();
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Database.ExecuteAsync("REPLICAOF", "127.0.0.1", main.Options.Port);
        cluster.Launch();
        await cluster.WaitForEventAsync(1, LogEvents.RedisUnreachable, tried => tried.Values["Reason"].Contains("replica", StringComparison.Ordinal));
        await cluster.Redis.Server.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Silo_refuses_a_Redis_cluster()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(
            port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--cluster-enabled", "yes"));
        await RefusesAsync(cluster.Launch(), "REDIS_HOST", "127.0.0.1");
    }

    [Fact]
    public async Task Silo_refuses_a_Redis_before_6_2_and_names_the_least_version()
    {
        await using var redis = await RealRedis.StartAsync();
        using var old = ForgetfulProxy.OfVersion(redis.Options.Port, "6.0");
        var (exitCode, printed) = await SiloCommand.RunSiloAsync("REDIS_HOST", "127.0.0.1", "REDIS_PORT", $"{old.Port}");
        Assert.Equal(2, exitCode);
        Assert.StartsWith("REDIS_HOST: '127.0.0.1' is not allowed; set it to a Redis of version 6.2 or later", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_refuses_a_loopback_address_if_Redis_is_elsewhere()
    {
        var (exitCode, printed) = await SiloCommand.RunSiloAsync("REDIS_HOST", "10.255.255.1", "SILO_HOST", "localhost");
        Assert.Equal(2, exitCode);
        Assert.StartsWith("SILO_HOST: 'localhost' is not allowed", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SILO_HOST", "203.0.113.7")]
    [InlineData("HTTP_HOST", "203.0.113.7")]
    public async Task Silo_refuses_an_address_that_the_machine_does_not_have(string setting, string value)
    {
        var (exitCode, printed) = await SiloCommand.RunSiloAsync(setting, value, "DASHBOARD_USER", "ops", "DASHBOARD_PASSWORD", "secret");
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"{setting}: '{value}' is not allowed", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_refuses_a_database_that_Redis_does_not_have()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync());
        await RefusesAsync(cluster.Launch(("REDIS_DB", "99")), "REDIS_DB", "99");
    }

    [Fact]
    public async Task Silo_refuses_a_proxy_that_spreads_keys_over_several_servers()
    {
        await using var cluster = InProcessCluster.On(
            await RealRedis.StartAsync(port => new RedisOptions { Host = "127.0.0.1", Port = port }, "--save", "", "--cluster-enabled", "yes"),
            ("REDIS_USER", "worker"), ("REDIS_PASSWORD", "secret"));
        await cluster.Redis.Server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await Eventually.HoldsAsync(
            async () => $"{await cluster.Redis.Server.ExecuteAsync("CLUSTER", "INFO")}".Contains("cluster_state:ok", StringComparison.Ordinal),
            () => "the cluster to form");

        // Such a proxy does not say that there is a cluster behind it.
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "worker", "on", ">secret", "~*", "&*", "+@all", "-info", "-cluster", "-hello");
        await RefusesAsync(cluster.Launch(), "REDIS_HOST", "127.0.0.1");
    }

    [Theory]
    [InlineData("REDIS_HOST", "redis.invalid", "redis.invalid can't be resolved")]
    [InlineData("REDIS_PORT", "1", "nobody answers")]
    [InlineData("REDIS_SSL", "True", "REDIS_SSL")]
    public async Task Silo_that_does_not_reach_Redis_logs_which_setting_to_look_at(string setting, string value, string reason)
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ("SILO_HOST", "auto"));
        cluster.Launch((setting, value));
        await cluster.WaitForEventAsync(1, LogEvents.RedisUnreachable, tried => tried.Values["Reason"].Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silo_names_the_setting_that_a_misspelt_one_probably_means()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync());
        cluster.Launch(("CLEAN_ROUTNE", "yes"), ("CLAEN_ROUTINE", "yes"), ("HTTP_PROXY", "http://127.0.0.1:1"), ("REDIS_URL", "localhost"));
        await cluster.WaitUntilListeningAsync(1);
        Assert.Equal(
            [("CLAEN_ROUTINE", "CLEAN_ROUTINE"), ("CLEAN_ROUTNE", "CLEAN_ROUTINE")],
            cluster.Events(1).Where(one => one.Id == LogEvents.SettingMisspelt).Select(one => (one.Values["Variable"], one.Values["Meant"])).Order());
    }

    [Fact]
    public async Task Silo_whose_bucket_does_not_answer_is_alive_and_starts_once_it_does()
    {
        await using var bucket = await BucketServer.StartAsync("s3");
        using var gate = new GatedProxy(new Uri(bucket.Variables.Single(variable => variable.Name == "AWS_ENDPOINT_URL").Value).Port);
        var port = Ports.Free();
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), bucket.Variables);
        cluster.Launch(("OUTPUT_URI", bucket.Uri), ("AWS_ENDPOINT_URL", $"http://127.0.0.1:{gate.Port}"), ("HTTP_PORT", $"{port}"));
        var waiting = await cluster.WaitForEventAsync(1, LogEvents.StartWaiting);
        Assert.StartsWith(bucket.Uri, waiting.Values["Place"], StringComparison.Ordinal);
        var page = new Uri($"http://127.0.0.1:{port}");
        Assert.Contains(bucket.Uri, await ClusterBase.WaitForHealthAsync(page, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        using var http = new HttpClient();
        using var alive = await http.GetAsync(new Uri(page, "/health/live"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        gate.Open();
        await cluster.WaitForEventAsync(1, LogEvents.StartAnswered);
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Health_is_degraded_while_all_messages_are_about_games_of_another_database()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, [.. ClusterBase.CleaningWithoutSweep, ("REDIS_DB", "1")]);
        for (var i = 0; i <= UnknownGames.Limit; i++)
        {
            await cluster.AnnounceAsync($"{Guid.NewGuid()}", MadeGame.User);
        }

        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "database 1");
    }

    [Fact]
    public async Task Silo_waits_with_a_reason_while_an_ACL_forbids_scripts()
    {
        await using var cluster = await RestrictAsync("-eval");
        cluster.Launch();
        await cluster.WaitForEventAsync(1, LogEvents.RedisUnreachable, tried => tried.Values["Reason"].Contains("NOPERM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silo_does_not_need_the_right_to_INFO()
    {
        await using var cluster = await RestrictAsync("-info");
        cluster.Launch();
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Health_is_degraded_while_an_ACL_forbids_the_sweep_s_reads()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ("SWEEP_INTERVAL", "1"));
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "-zscan");
        cluster.Launch();
        Assert.Contains("NOPERM", await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "Degraded"), StringComparison.Ordinal);
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "+zscan");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "Healthy");
    }

    [Fact]
    public async Task Silo_reads_the_ports_that_Kubernetes_sets_for_services_and_needs_no_temporary_folder()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync());
        var silo = cluster.Launch(
            ("REDIS_PORT", $"tcp://10.96.0.1:{cluster.Redis.Options.Port}"), ("SILO_PORT", $"tcp://10.96.0.2:{Ports.Free()}"),
            ("GATEWAY_PORT", $"tcp://10.96.0.2:{Ports.Free()}"), ("HTTP_PORT", $"tcp://10.96.0.2:{Ports.Free()}"), ("TMPDIR", "/nowhere"));
        await SiloCluster.WaitForHealthAsync(silo, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Health_is_degraded_while_Redis_may_evict_keys()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "100mb");
        await cluster.Redis.Server.ConfigSetAsync("maxmemory-policy", "allkeys-lru");
        cluster.Launch();
        Assert.Contains("maxmemory-policy", await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "Degraded"), StringComparison.Ordinal);
    }

    private static async Task<InProcessCluster> RestrictAsync(string forbidden)
    {
        var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ("REDIS_USER", "worker"), ("REDIS_PASSWORD", "secret"));
        await cluster.Redis.Server.ExecuteAsync("ACL", "SETUSER", "worker", "on", ">secret", "~*", "&*", "+@all", forbidden);
        return cluster;
    }

    private static async Task RefusesAsync(InProcessSilo silo, string setting, string value)
    {
        Assert.Equal(2, await silo.Exit.WaitAsync(Eventually.Limit));
        Assert.StartsWith($"{setting}: '{value}' is not allowed", silo.Console, StringComparison.Ordinal);
    }
}
