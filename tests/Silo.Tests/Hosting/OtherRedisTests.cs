using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>Servers that speak as Redis does.</summary>
[Trait("Category", "Integration")]
public class OtherRedisTests
{
    [Fact]
    public async Task Valkey_does_as_well()
    {
        Assert.SkipUnless(IsInstalled("valkey-server"), "There is no valkey-server here.");
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync("valkey-server"), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"), ("SWEEP_INTERVAL", "1"));
        await cluster.LaunchAsync(2);
        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        await GameAssertions.AreProcessedAsync(recording, cluster);
    }

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
