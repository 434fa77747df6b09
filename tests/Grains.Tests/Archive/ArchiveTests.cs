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
    public async Task Every_game_can_be_replayed_after_its_keys_are_gone_into_the_same_bytes()
    {
        var recording = Recording.Read("ordinary");
        await using var cluster = await SiloCluster.StartAsync(
            2, ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1"), ("ARCHIVE_DIR", _archive.Path));
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
    public async Task All_keys_are_kept_as_Redis_had_them()
    {
        await using var redis = await RealRedis.StartAsync();
        using var output = new TemporaryFolder();
        await using var cluster = await GrainCluster.StartAsync(redis.Options, output.Path, archive: _archive.Path);
        var game = await new MadeGame(redis.Database).PutAsync();
        await cluster.FinishAsync(game.Token);
        await GrainAssertions.IsKeptAsync(game, _archive.Path);

        // Another attempt at what is cleaned already leaves what was kept as it is.
        await using var another = await GrainCluster.StartAsync(redis.Options, output.Path, archive: _archive.Path);
        await another.FinishAsync(game.Token);
        await GrainAssertions.IsKeptAsync(game, _archive.Path);
    }

    [Fact]
    public async Task Where_the_archive_is_full_the_keys_stay()
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
        await Eventually.HoldsAsync(async () => await cluster.FinishAsync(game.Token) == GameOutcome.Loaded, () => "the game to be done");
        Assert.False(await redis.Database.KeyExistsAsync(game.Keys.Logs));
        Assert.Equal(game.Token, ArchivedGame.Read(disk.Path, game.Token).Game);
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_named()
    {
        using var output = new TemporaryFolder();
        var (absent, damaged) = (Guid.NewGuid(), Guid.NewGuid());
        var path = Path.Combine(_archive.Path, ArchivedGame.PathOf(damaged));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "not gzip", TestContext.Current.CancellationToken);

        var (exitCode, said) = await Replay($"{absent}");
        Assert.Equal((1, $"{absent}  is not in the archive {_archive.Path}\n0 replayed, 1 not.\n"), (exitCode, said));
        (exitCode, said) = await Replay("--all");
        Assert.Equal(1, exitCode);
        Assert.StartsWith($"{damaged}  can't be replayed: ", said, StringComparison.Ordinal);

        Task<(int ExitCode, string Output)> Replay(string which) => SiloCommand.RunAsync(
            new RedisOptions(), "games", "replay", which, "--archive", _archive.Path, "--output", output.Path);
    }
}
