using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>Other servers that speak Redis' protocol.</summary>
[Trait("Category", "Integration")]
public class OtherRedisTests
{
    [Fact]
    public async Task Silos_process_games_on_Valkey()
    {
        Assert.SkipUnless(IsInstalled("valkey-server"), "valkey-server is not installed.");
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync("valkey-server"), [.. ClusterBase.Cleaning, ("REDIS_EXPIRY", "1")]);
        await cluster.LaunchAsync(2);
        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        await GameAssertions.AreProcessedAsync(recording, cluster);
    }

    private static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
