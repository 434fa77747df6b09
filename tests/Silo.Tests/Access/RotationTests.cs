using System.Net;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Access;

[Trait("Category", "Integration")]
public class RotationTests
{
    [Fact]
    public async Task Silo_reads_a_new_password_of_Redis_from_its_file_and_names_a_wrong_one()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "password");
        await File.WriteAllTextAsync(file, "old\n", TestContext.Current.CancellationToken);
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "127.0.0.1", Port = port, User = "test", Password = "test" },
            "--user", "default", "on", ">old", "~*", "&*", "+@all", "--user", "test", "on", ">test", "~*", "&*", "+@all");
        await using var cluster = InProcessCluster.On(redis, [.. ClusterBase.CleaningWithoutSweep, ("REDIS_PASSWORD_FILE", file)]);
        await cluster.LaunchAsync(1);

        await redis.Server.ExecuteAsync("ACL", "SETUSER", "default", "resetpass", ">new");
        await redis.Server.ExecuteAsync("CLIENT", "KILL", "USER", "default");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.ServiceUnavailable, "WRONGPASS");

        await File.WriteAllTextAsync(file, "new\n", TestContext.Current.CancellationToken);
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task Silo_shows_Redis_a_renewed_certificate_and_trusts_a_renewed_authority()
    {
        using var authority = new TestAuthority();
        using var next = new TestAuthority();
        var (certificate, key) = authority.Issue("redis");
        var redis = await RealRedis.StartAsync(
            port => new RedisOptions { Host = "localhost", Port = port, Ssl = true, TrustedIssuer = authority.File, Certificate = certificate, Key = key },
            "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", authority.File, "--tls-auth-clients", "yes");
        var (shown, its) = authority.Issue("silo");
        await using var cluster = InProcessCluster.On(
            redis,
            [
                .. ClusterBase.CleaningWithoutSweep, ("REDIS_SSL", "True"), ("REDIS_SSL_CA", authority.File), ("REDIS_SSL_CERT", shown),
                ("REDIS_SSL_KEY", its),
            ]);
        await cluster.LaunchAsync(1);

        // Redis and the silo get certificates of the new authority. The connection of the test stays.
        var (served, servedKey) = next.Issue("redis");
        var (renewed, renewedKey) = next.Issue("silo");
        await redis.Server.ExecuteAsync(
            "CONFIG", "SET", "tls-cert-file", served, "tls-key-file", servedKey, "tls-ca-cert-file", next.File);
        File.Copy(next.File, authority.File, overwrite: true);
        File.Copy(renewed, shown, overwrite: true);
        File.Copy(renewedKey, its, overwrite: true);
        await redis.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await redis.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes");
        await cluster.WaitForHealthAsync(1, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task Page_asks_for_the_password_that_is_in_its_file_now()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "password");
        await File.WriteAllTextAsync(file, "old", TestContext.Current.CancellationToken);
        await using var cluster = await InProcessCluster.StartAsync(1, ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD_FILE", file));
        await File.WriteAllTextAsync(file, "new", TestContext.Current.CancellationToken);
        using var http = new HttpClient(new HttpClientHandler { Credentials = new NetworkCredential("ops", "new") });
        using var answer = await http.GetAsync(await cluster.Silos[0].Page, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
