using Superhero.Grains.Interfaces;
using Superhero.Grains.Journal;
using Superhero.Redis;
using Superhero.Silo.Statistics;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Journal;

[Trait("Category", "Integration")]
public sealed class JournalTests : IAsyncLifetime
{
    private readonly TemporaryFolder _output = new();
    private RealRedis _redis = null!;

    private string Folder => Path.Combine(_output.Path, GameJournal.Folder);

    public async ValueTask InitializeAsync() => _redis = await RealRedis.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _output.Dispose();
    }

    [Fact]
    public async Task A_game_leaves_a_receipt_of_its_claim_files_and_cleanup()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        var game = await new MadeGame(_redis.Database).PutAsync();
        await cluster.FinishAsync(game.Token);

        var entries = Entries();
        Assert.Equal([GameEvent.Loaded, GameEvent.Cleaned], entries.Select(entry => entry.Event));
        Assert.All(entries, entry => Assert.Equal((game.Token, "silo"), (entry.Token, entry.Silo)));
        var receipt = entries[0].LoadRecord!;
        Assert.Equal(("silo", 1), (receipt.ClaimedBy, receipt.Attempts));
        Assert.InRange(receipt.ClaimedAt, DateTimeOffset.UtcNow.AddMinutes(-1), entries[0].At);
        Assert.Equal([new LoadRecordRow(MadeGame.User, 1, 1, 1, 0, 5), new LoadRecordRow(MadeGame.Enemy, 2, 2, 0, 5, 0)], receipt.Podium);

        var (exitCode, said) = await SiloCommand.RunAsync(_redis.Options, "games", "show", $"{game.Token}", "--output", _output.Path);
        Assert.Equal(0, exitCode);
        Assert.Matches("claimed +20.*Z by silo\nloaded +20.*Z by silo, at attempt 1\ncleaned +20.*Z by silo\n", said);
        Assert.Equal(2, said.Split(", as it was written\n").Length - 1);
        Assert.Contains(MadeGame.Enemy, said, StringComparison.Ordinal);

        var podium = Path.Combine(_output.Path, receipt.Files[1].Path);
        await File.AppendAllTextAsync(podium, "more", TestContext.Current.CancellationToken);
        (exitCode, said) = await SiloCommand.RunAsync(_redis.Options, "games", "show", $"{game.Token}", "--output", _output.Path);
        Assert.Equal(1, exitCode);
        Assert.Contains($"but it was written as {receipt.Files[1].Sha256}", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_game_that_is_resumed_counts_its_attempts()
    {
        await using (var first = await GrainCluster.StartAsync(_redis.Options, _output.Path, host: "first"))
        {
            var game = new MadeGame(_redis.Database);
            await game.PutAsync();
            Directory.CreateDirectory(Path.Combine(_output.Path, "superhero"));
            await File.WriteAllTextAsync(Path.Combine(_output.Path, "superhero", "GAME_META"), "in the way", TestContext.Current.CancellationToken);
            await Assert.ThrowsAnyAsync<Exception>(() => first.FinishAsync(game.Token));
            File.Delete(Path.Combine(_output.Path, "superhero", "GAME_META"));
            await using var second = await GrainCluster.StartAsync(_redis.Options, _output.Path, host: "second");
            Assert.Equal(GameOutcome.Loaded, await second.FinishAsync(game.Token));
        }

        var entry = Entries().Single(entry => entry.Event == GameEvent.Loaded);
        Assert.Equal(("second", "first", 2), (entry.Silo, entry.LoadRecord!.ClaimedBy, entry.LoadRecord.Attempts));
    }

    [Fact]
    public async Task What_times_out_or_cannot_be_processed_is_in_it_too()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        var (timedOut, broken) = (new MadeGame(_redis.Database), new MadeGame(_redis.Database));
        await timedOut.PutAsync(GameStatus.TimedOut);
        await cluster.FinishAsync(timedOut.Token);
        await cluster.FinishAsync(timedOut.Token, MadeGame.Enemy);
        await broken.PutAsync();
        await _redis.Database.KeyDeleteAsync(broken.Keys.Hero(MadeGame.User));
        await cluster.FinishAsync(broken.Token);

        Assert.Equal(
            [(timedOut.Token, GameEvent.TimedOut, null), (broken.Token, GameEvent.Quarantined, $"participant {MadeGame.User} has no hero")],
            Entries().Select(entry => (entry.Token, entry.Event, entry.Reason)));
        var (exitCode, said) = await SiloCommand.RunAsync(_redis.Options, "games", "show", $"{broken.Token}", "--output", _output.Path);
        Assert.Equal(0, exitCode);
        Assert.Matches($"quarantined 20.*Z by silo: participant {MadeGame.User} has no hero\n", said);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_keeps_no_game_from_being_done()
    {
        await using var cluster = await GrainCluster.StartAsync(_redis.Options, _output.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(Folder)!);
        await File.WriteAllTextAsync(Folder, "in the way", TestContext.Current.CancellationToken);
        var game = await new MadeGame(_redis.Database).PutAsync();
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token));
        Assert.False(await _redis.Database.KeyExistsAsync(game.Keys.Logs));

        File.Delete(Folder);
        var next = await new MadeGame(_redis.Database).PutAsync();
        await cluster.FinishAsync(next.Token);
        Assert.All(Entries(), entry => Assert.Equal(next.Token, entry.Token));
    }

    [Fact]
    public async Task A_game_of_which_nothing_is_known_is_said_to_be_so()
    {
        var (exitCode, said) = await SiloCommand.RunAsync(_redis.Options, "games", "show", $"{Guid.Empty}", "--output", _output.Path);
        Assert.Equal(1, exitCode);
        Assert.StartsWith($"Nothing is known of game {Guid.Empty}", said, StringComparison.Ordinal);
    }

    private List<JournalEntry> Entries() => [.. new JournalReader(_output.Path).ReadNew()];
}
