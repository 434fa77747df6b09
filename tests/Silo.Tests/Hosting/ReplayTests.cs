using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class ReplayTests
{
    // Alone, and as one of several.
    public static TheoryData<string, int> Replays => [.. Recording.Names.Select((name, i) => new TheoryDataRow<string, int>(name, i == 0 ? 1 : 4))];

    [Theory]
    [MemberData(nameof(Replays))]
    public Task Every_completed_game_is_one_row_set_and_no_key_is_left(string name, int silos) => ReplayAsync(name, silos, seed: null);

    [Fact]
    public Task Any_order_of_the_messages_gives_the_same_rows() => ReplayAsync("ordinary", 2, seed: 1);

    [Fact]
    public async Task Without_cleaning_the_keys_stay_as_they_are_and_hearing_it_all_again_changes_no_file()
    {
        var recording = Recording.Read("ordinary");
        await using var cluster = await SiloCluster.StartAsync(1);
        await recording.LoadAsync(cluster.Redis.Connection.GetDatabase());
        var before = cluster.Redis.Server.Keys(pattern: "games:*").Count();
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        var completed = recording.Games.Count(game => game.Completed);
        await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length == completed, () => $"{completed} files");
        var written = cluster.Files("GAME_PODIUM").ToDictionary(file => file, File.GetLastWriteTimeUtc);

        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        Assert.All(await Task.WhenAll(cluster.Silos.Select(silo => silo.StopAsync())), code => Assert.Equal(0, code));

        Assert.Equal(before, cluster.Redis.Server.Keys(pattern: "games:*").Count());
        Assert.Equal(written, cluster.Files("GAME_PODIUM").ToDictionary(file => file, File.GetLastWriteTimeUtc));
    }

    private static async Task ReplayAsync(string name, int silos, int? seed)
    {
        var recording = Recording.Read(name);
        await using var cluster = await SiloCluster.StartAsync(silos, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "1"));
        await recording.LoadAsync(cluster.Redis.Connection.GetDatabase());
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber(), seed);
        await GameAssertions.AreProcessedAsync(recording, cluster);
    }
}
