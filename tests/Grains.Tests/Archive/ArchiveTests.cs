using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Archive;

[Trait("Category", "Integration")]
public sealed class ArchiveTests : IDisposable
{
    private readonly TemporaryFolder _archive = new();

    public void Dispose() => _archive.Dispose();

    [Fact]
    public async Task Replay_from_the_archive_writes_the_same_bytes_after_the_keys_are_gone()
    {
        var recording = Recording.Read("ordinary");
        await using var cluster = await InProcessCluster.StartAsync(2, [.. ClusterBase.Cleaning, ("ARCHIVE_DIR", _archive.Path)]);
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        await GameAssertions.AreProcessedAsync(recording, cluster);

        var before = Files();
        Assert.NotEmpty(before);
        foreach (var file in before.Keys)
        {
            File.Delete(file);
        }

        var (exitCode, output) = await SiloCommand.RunAsync(
            cluster.Redis.Options, "games", "replay", "--all", "--archive", _archive.Path, "--output", cluster.Output);
        Assert.True(exitCode == 0, output);
        Assert.EndsWith($"{before.Count / 2} replayed, 0 not.\n", output, StringComparison.Ordinal);
        Assert.Equal(before, Files());

        Dictionary<string, string> Files() => new[] { "GAME_META", "GAME_PODIUM" }
            .SelectMany(cluster.Files).ToDictionary(file => file, file => Convert.ToBase64String(File.ReadAllBytes(file)));
    }

    [Fact]
    public async Task Keys_stay_while_the_archive_is_full()
    {
        using var disk = new SmallDisk();
        await using var redis = await RealRedis.StartAsync();
        using var output = new TemporaryFolder();
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path, archive: disk.Path);
        disk.Fill();
        var game = await new MadeGame(redis.Database).PutAsync();
        Assert.Equal(GameOutcome.Failed, await cluster.FinishAsync(game.Token));
        Assert.True(await game.IsUntouchedAsync());

        disk.Empty();
        await Eventually.HoldsAsync(async () => await cluster.FinishAsync(game.Token) == GameOutcome.Loaded, () => $"the game to be loaded. {cluster.Log.Describe()}");
        Assert.False(await redis.Database.KeyExistsAsync(game.Keys.Logs));
        Assert.Equal(game.Token, ArchivedGame.Read(disk.Path, game.Token).Game);
    }

    [Fact]
    public async Task Replay_names_games_that_are_absent_or_damaged()
    {
        using var output = new TemporaryFolder();
        var (absent, damaged) = (Guid.NewGuid(), Guid.NewGuid());
        var path = Path.Combine(_archive.Path, ArchivedGame.PathOf(damaged));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "not gzip", TestContext.Current.CancellationToken);

        var (exitCode, said) = await ReplayAsync($"{absent}");
        Assert.Equal((1, $"{absent}  is not in the archive {_archive.Path}\n0 replayed, 1 not.\n"), (exitCode, said));
        (exitCode, said) = await ReplayAsync("--all");
        Assert.Equal(1, exitCode);
        Assert.StartsWith($"{damaged}  can't be replayed: ", said, StringComparison.Ordinal);

        Task<(int ExitCode, string Output)> ReplayAsync(string which) => SiloCommand.RunAsync(
            new RedisOptions(), "games", "replay", which, "--archive", _archive.Path, "--output", output.Path);
    }
}
