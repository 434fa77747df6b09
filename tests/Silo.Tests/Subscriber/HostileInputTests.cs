using System.Text.Json;
using StackExchange.Redis;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Subscriber;

[Trait("Category", "Integration")]
public class HostileInputTests
{
    private const int Mutations = 1000;
    private const int UnknownGames = 1000;

    [Fact]
    public async Task Hostile_messages_crash_no_silo_and_leave_no_key_file_or_activation()
    {
        await using var cluster = await InProcessCluster.StartAsync(1, ClusterBase.Cleaning);
        var redis = cluster.Redis.Database;
        var running = await new MadeGame(redis).PutAsync(GameStatus.InProgress);
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(redis).PutAsync()));
        var folder = Directory.GetParent(cluster.Output)!.FullName;
        var outside = Directory.GetFileSystemEntries(folder);

        var published = 0;
        foreach (var message in Hostile(running, games))
        {
            await cluster.Redis.Connection.GetSubscriber().PublishAsync(RedisChannel.Literal(LogChannel.Lobby), message);
            published++;
        }

        Assert.True(published > 2000);
        foreach (var game in games)
        {
            await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        }

        await Eventually.HoldsAsync(
            () => games.All(game => !redis.KeyExists(game.Keys.Status)), () => $"the real games to be cleaned. {cluster.Describe()}");
        GameAssertions.HasRows(games, cluster.Output);
        Assert.True(await running.IsUntouchedAsync());
        Assert.False(cluster.Silos[0].Exit.IsCompleted);

        // The hostile messages left no file, no record, no game in quarantine and no activation.
        Assert.Equal(outside, Directory.GetFileSystemEntries(folder));
        // The file of a health check's probe exists for a moment.
        await Eventually.HoldsAsync(
            () => GameAssertions.Files(cluster.Output).Length == 2 * games.Length,
            () => $"{2 * games.Length} files; there are {string.Join(", ", GameAssertions.Files(cluster.Output))}");
        await Eventually.HoldsAsync(
            () => cluster.Redis.GameKeys().All(key => key.Contains($"{running.Token}", StringComparison.Ordinal) || key is "games:participants" or "games:players:2"),
            () => $"no key of another game; {string.Join(", ", cluster.Redis.GameKeys())}");
        Assert.False(await redis.KeyExistsAsync("superhero/quarantine"));
        await Eventually.HoldsAsync(async () => await cluster.GameActivationsAsync() == 0, () => $"no activation left. {cluster.Describe()}");
        Assert.DoesNotContain(cluster.Events(1), logged => logged.Message.Contains("\n   at ", StringComparison.Ordinal));
    }

    private static IEnumerable<RedisValue> Hostile(MadeGame running, MadeGame[] games)
    {
        foreach (var token in new object?[]
        {
            "../../etc/cron.d/x", new string('a', 10_000_000), "", null, 7, 1e300, true, Array.Empty<int>(), new { game_token = "x" },
            "*", "superheros", $"{running.Token}:logs", $"{{{running.Token}}}", $"{running.Token}".ToUpperInvariant(), "00cb4536-10ff-4df5-a358-a0eca45451cf\n",
        })
        {
            yield return Announcement(token, MadeGame.User);
            yield return Announcement(running.Keys.Token, token);
            yield return Announcement(games[0].Keys.Token, token);
        }

        yield return new string('[', 100_000) + "\"Cleaning Game Records\"";
        yield return "{\"log_message\": \"Cleaning Game Records\", \"task\": " + new string('{', 10_000);
        yield return "Cleaning Game Records";
        yield return (byte[])[0xff, 0xfe, 0, .. "Cleaning Game Records"u8];
        yield return RedisValue.EmptyString;

        // More users than a rank can count, who were never in the lobby.
        for (var i = 0; i < 300; i++)
        {
            yield return Announcement(running.Keys.Token, $"{Guid.NewGuid()}");
        }

        for (var i = 0; i < UnknownGames; i++)
        {
            yield return Announcement($"{Guid.NewGuid()}", MadeGame.User);
        }

        var mutator = new Mutator(3);
        for (var i = 0; i < Mutations; i++)
        {
            yield return mutator.Mutate(Announcement(games[i % games.Length].Keys.Token, MadeGame.User));
        }
    }

    private static string Announcement(object? game, object? user) =>
        JsonSerializer.Serialize(new { log_message = LogChannel.CleaningGameRecords, task = new { game_token = game, user_token = user } });
}
