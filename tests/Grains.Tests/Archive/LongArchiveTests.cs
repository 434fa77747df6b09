using System.IO.Compression;
using System.Text;
using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Archive;

[Trait("Category", "Integration")]
public sealed class LongArchiveTests : IDisposable
{
    // As many as one participant may attack.
    private const int Lines = 60_000;

    // 224 MiB; the lines take more, as bytes and twice that as text.
    private static readonly (string Name, string Value) Limit = ("DOTNET_GCHeapHardLimit", "0xE000000");

    private readonly TemporaryFolder _archive = new();

    public void Dispose() => _archive.Dispose();

    [Fact]
    public async Task Long_log_is_archived_and_replayed_in_less_memory_than_it_takes()
    {
        await using var cluster = await SiloCluster.StartAsync(
            1, [.. ClusterBase.Cleaning, ("ARCHIVE_DIR", _archive.Path), Limit]);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync(GameStatus.InProgress);
        var line = game.Line[..^1] + $", \"MORE\": \"{new string('x', 5000)}\"}}";
        foreach (var page in Enumerable.Repeat((RedisValue)line, Lines - 1).Chunk(1000))
        {
            await cluster.Redis.Database.ListRightPushAsync(game.Keys.Logs, page);
        }

        await cluster.Redis.Database.StringSetAsync(game.Keys.Status, GameStatus.Completed);
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        Assert.DoesNotContain(cluster.Events(1), one => one.Id == LogEvents.AttemptFailed);
        Assert.Equal(Lines, ArchivedGame.Read(_archive.Path, game.Token).ReadLog().Count());

        var before = Bytes();
        Assert.Equal(2, before.Count);
        foreach (var file in before.Keys)
        {
            File.Delete(file);
        }

        var (exitCode, output) = await SiloExecutable.RunAsync(
            cluster.Redis.Options, [Limit], "games", "replay", "--all", "--archive", _archive.Path, "--output", cluster.Output);
        Assert.True(exitCode == 0, output);
        Assert.Equal(before, Bytes());

        Dictionary<string, string> Bytes() => new[] { "GAME_META", "GAME_PODIUM" }
            .SelectMany(cluster.Files).ToDictionary(file => file, file => Convert.ToBase64String(File.ReadAllBytes(file)));
    }

    [Fact]
    public void Keys_may_stand_in_any_order_in_the_file()
    {
        var game = new MadeGame(null!);
        var (token, line) = (game.Keys.Token, game.Line.Replace("\"", "\\\"", StringComparison.Ordinal));
        Write(game.Token, $$$"""
            {"keys": {"games:{{{token}}}:logs": {"values": ["{{{line}}}"]}, "games:{{{token}}}:superheros:{{{MadeGame.Enemy}}}": {"hash": {"id": "2", "more": "\u00e9"}},
             "games:{{{token}}}:superheros:{{{MadeGame.User}}}": {"hash": {"id": "1"}}, "games:{{{token}}}": {"values": ["{{{MadeGame.User}}}", "{{{MadeGame.Enemy}}}"]},
             "games:{{{token}}}:participants": {"text": "2"}},
             "later": [{"any": [1, null, true]}], "claimedAt": "2026-01-02T03:04:05+00:00", "claimedBy": "silo", "game": "{{{token}}}"}
            """);
        var archived = ArchivedGame.Read(_archive.Path, game.Token);
        Assert.Equal(("silo", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), (archived.ClaimedBy, archived.ClaimedAt));
        var extracted = archived.Extract();
        Assert.Equal(["1", "2"], extracted.HeroIds.Values.Order());
        Assert.Equal(("2", 1), (extracted.Wanted, extracted.Attacks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"game\": 1}")]
    [InlineData("{\"game\": \"another\", \"keys\": {}}")]
    [InlineData("{\"game\": \"{0}\", \"keys\": {\"a\": {\"text\": \"\\ud800\"}}}")]
    [InlineData("{\"game\": \"{0}\", \"claimedAt\": \"2026-01-02T03:04:05+00:00\", \"keys\": {")]
    public void Damaged_file_is_named_as_such(string content)
    {
        var token = Guid.NewGuid();
        Write(token, content.Replace("{0}", $"{token}", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => ArchivedGame.Read(_archive.Path, token));
    }

    private void Write(Guid token, string content)
    {
        var path = Path.Combine(_archive.Path, ArchivedGame.PathOf(token));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new GZipStream(File.Create(path), CompressionLevel.Optimal);
        file.Write(Encoding.UTF8.GetBytes(content));
    }
}
