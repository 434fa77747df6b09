using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class ReplayTests
{
    public static TheoryData<string, int> Replays => [.. Recording.Names.Select((name, i) => new TheoryDataRow<string, int>(name, i == 0 ? 1 : 4))];

    [Theory]
    [MemberData(nameof(Replays))]
    public Task Each_completed_game_of_a_recording_becomes_its_rows_and_no_key_is_left(string name, int silos) => ReplayAsync(name, silos);

    [Fact]
    public Task Messages_in_any_order_give_the_same_rows() => ReplayAsync("ordinary", silos: 2, seed: 1);

    [Fact]
    public async Task Silo_without_CLEAN_ROUTINE_keeps_all_keys_and_changes_no_file_when_the_messages_come_again()
    {
        var recording = Recording.Read("ordinary");
        await using var cluster = await InProcessCluster.StartAsync(1);
        await recording.LoadAsync(cluster.Redis.Database);
        var before = cluster.Redis.Server.Keys(pattern: "games:*").Count();
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        var completed = recording.Games.Count(game => game.Completed);
        await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length == completed, () => $"{completed} files. {cluster.Describe()}");
        var written = Written();

        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        Assert.Equal(0, await cluster.Silos[0].StopAsync());

        Assert.Equal(before, cluster.Redis.Server.Keys(pattern: "games:*").Count());
        Assert.Equal(written, Written());

        Dictionary<string, DateTime> Written() => cluster.Files("GAME_PODIUM").ToDictionary(file => file, File.GetLastWriteTimeUtc);
    }

    private static async Task ReplayAsync(string name, int silos, int? seed = null)
    {
        var recording = Recording.Read(name);
        await using var cluster = await InProcessCluster.StartAsync(silos, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"));
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber(), seed);
        await GameAssertions.AreProcessedAsync(recording, cluster);
    }
}
