using System.IO.Compression;
using System.Text.Json;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

[Trait("Category", "Integration")]
public class QuarantineCommandTests
{
    [Fact]
    public async Task Quarantined_games_are_listed_shown_and_replayed_once_they_are_mended()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, ClusterBase.Cleaning);
        var redis = cluster.Redis.Database;
        var games = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            // The sweep does not see it before it is whole.
            var game = await new MadeGame(redis).PutAsync(GameStatus.InProgress);
            await redis.ListRightPushAsync(game.Keys.Logs, "not \u001b[31m JSON");
            await redis.StringSetAsync(game.Keys.Status, GameStatus.Completed);
            return game;
        }));
        await Eventually.HoldsAsync(
            async () => await redis.HashLengthAsync("superhero/quarantine") == games.Length, () => $"{games.Length} games in quarantine. {cluster.Describe()}");
        await cluster.WaitForEventAsync(1, LogEvents.Quarantined, logged => logged.Values["Reason"].Contains("not \u001b[31m JSON", StringComparison.Ordinal));

        var list = await Run("list");
        Assert.Equal(0, list.ExitCode);
        Assert.All(games, game => Assert.Contains($"{game.Token}  2", list.Output, StringComparison.Ordinal));
        Assert.Contains("a log line is not JSON", list.Output, StringComparison.Ordinal);
        Assert.Contains("3 games are in quarantine.", list.Output, StringComparison.Ordinal);

        var show = await Run("show", games[0].Keys.Token);
        Assert.Equal(0, show.ExitCode);
        Assert.Contains("line    not ?[31m JSON", show.Output, StringComparison.Ordinal);
        Assert.Matches("silo    silo-1", show.Output);

        var unmended = await Run("replay", games[0].Keys.Token);
        Assert.Equal(1, unmended.ExitCode);
        Assert.Contains("0 replayed, 1 still in quarantine.", unmended.Output, StringComparison.Ordinal);

        await redis.ListRightPopAsync(games[0].Keys.Logs);
        var mended = await Run("replay", games[0].Keys.Token);
        Assert.Equal((0, $"{games[0].Token}  Loaded\n1 replayed, 0 still in quarantine.\n"), mended);

        await redis.ListRightPopAsync(games[1].Keys.Logs);
        var rest = await Run("replay", "--all");
        Assert.Equal(1, rest.ExitCode);
        Assert.Contains("1 replayed, 1 still in quarantine.", rest.Output, StringComparison.Ordinal);
        Assert.Equal(2, cluster.Files("GAME_PODIUM").Length);
        Assert.Contains("1 game is in quarantine.", (await Run("list")).Output, StringComparison.Ordinal);

        await cluster.Silos[0].StopAsync();

        var nobody = await Run("replay", games[2].Keys.Token);
        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains("No silo can be reached; start one first.", nobody.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", nobody.Output, StringComparison.Ordinal);

        Task<(int ExitCode, string Output)> Run(params string[] arguments) =>
            SiloCommand.RunAsync(cluster.Redis.Options, ["quarantine", .. arguments]);
    }

    [Fact]
    public async Task Dropped_games_are_named_kept_in_the_archive_and_gone_from_Redis()
    {
        await using var redis = await RealRedis.StartAsync();
        using var output = new TemporaryFolder();
        using var archive = new TemporaryFolder();
        var games = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => new MadeGame(redis.Database).PutAsync()));
        await redis.Database.ListRightPushAsync(games[0].Keys.Logs, "not \u001b[31m JSON");
        await redis.Database.ListRightPushAsync(games[1].Keys.Logs, "not JSON");
        await redis.Database.StringSetAsync(RecordKey.Of(games[1].Token), "no record");
        await using (var cluster = await GrainCluster.StartAsync(redis.Options, output.Path))
        {
            Assert.Equal(GameOutcome.Quarantined, await cluster.FinishAsync(games[0].Token));
            Assert.Equal(GameOutcome.Quarantined, await cluster.FinishAsync(games[1].Token));
        }

        var one = await RunAsync("drop", games[0].Keys.Token);
        Assert.Equal(0, one.ExitCode);
        Assert.Contains($"{games[0].Token}  a log line is not JSON", one.Output, StringComparison.Ordinal);
        Assert.All(games[0].AllKeys, key => Assert.Contains($"  deletes  {key}  ", one.Output, StringComparison.Ordinal));
        Assert.Contains($"{games[0].Keys.Logs}  List, 2 elements", one.Output, StringComparison.Ordinal);
        Assert.Contains("1 dropped, 0 not.", one.Output, StringComparison.Ordinal);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(archive.Path, "superhero", "DROPPED"), $"{games[0].Token}_*.json.gz"));
        using (var kept = JsonDocument.Parse(new GZipStream(File.OpenRead(file), CompressionMode.Decompress)))
        {
            Assert.Equal(
                games[0].AllKeys.Select(key => $"{key}").Order(), kept.RootElement.GetProperty("keys").EnumerateObject().Select(key => key.Name).Order());
            Assert.Equal(
                [games[0].Line, "not \u001b[31m JSON"],
                kept.RootElement.GetProperty("keys").GetProperty($"{games[0].Keys.Logs}").GetProperty("values").EnumerateArray().Select(line => line.GetString()));
        }

        var again = await RunAsync("drop", games[0].Keys.Token);
        Assert.Equal((1, $"{games[0].Token}  is not in quarantine\n0 dropped, 1 not.\n"), again);

        var rest = await RunAsync("drop", "--all");
        Assert.Equal(0, rest.ExitCode);
        Assert.Contains("1 dropped, 0 not.", rest.Output, StringComparison.Ordinal);
        Assert.Empty(await redis.Database.HashKeysAsync("superhero/quarantine"));
        Assert.True(await games[2].IsUntouchedAsync());
        Assert.All(
            redis.GameKeys().Where(key => !key.Contains(games[2].Keys.Token, StringComparison.Ordinal)),
            key => Assert.True(key is "games:participants" or "games:players:2" || RecordKey.TokenIn(key) is not null, key));
        Assert.All(games[..2], game => Assert.NotNull(redis.Database.KeyTimeToLive(RecordKey.Of(game.Token))));
        Assert.Equal([games[2].Keys.Token], (await redis.Database.ListRangeAsync("games:players:2")).Select(lobby => $"{lobby}"));

        Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
            SiloCommand.RunAsync(redis.Options, [("ARCHIVE_DIR", archive.Path)], ["quarantine", .. arguments]);
    }

    [Theory]
    [InlineData("'../x' is not a game_token; give a UUID in lower case.", "show", "../x")]
    [InlineData("Name a game_token, or --all.", "replay")]
    [InlineData("Name a game_token, or --all.", "drop")]
    public async Task Quarantine_command_refuses_arguments_that_name_no_game(string message, params string[] arguments)
    {
        var (exitCode, output) = await SiloCommand.RunAsync(new RedisOptions(), ["quarantine", .. arguments]);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarantine_command_names_a_Redis_that_does_not_answer()
    {
        var (exitCode, output) = await SiloCommand.RunAsync(new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() }, "quarantine", "list");
        Assert.Equal(1, exitCode);
        Assert.Matches("^Redis at 127.0.0.1:[0-9]+/0 can't be reached: .*\n$", output);
    }
}
