using System.Net;
using System.Net.Sockets;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class SiloProcessTests
{
    [Fact]
    public async Task Silo_that_receives_SIGTERM_finishes_the_games_in_hand_and_leaves_the_waiting_ones_to_others()
    {
        const int Games = 200;
        await using var cluster = await SiloCluster.StartAsync(1, ("SWEEP_INTERVAL", "1"));
        var games = await Task.WhenAll(Enumerable.Range(0, Games).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));

        // A Redis that takes no writes for a while keeps the games in hand until the silo is told to stop.
        await Task.WhenAll([.. games.Select(game => cluster.AnnounceAsync(game.Keys.Token)), Redis("PAUSE", "60000", "WRITE")]);
        await Eventually.HoldsAsync(
            async () => await cluster.MetricAsync("superhero_messages_total", "kind=\"own\"") == Games, () => $"the silo to receive all messages. {cluster.Describe()}");
        SiloCluster.Signal(cluster.Silos[0], "TERM");
        await cluster.WaitForEventAsync(1, LogEvents.Stopping);
        Assert.InRange(cluster.Files("GAME_PODIUM").Length, 0, Games - 1);
        await Redis("UNPAUSE");
        Assert.Equal(0, await cluster.ExitAsync(cluster.Silos[0]));
        Assert.InRange(cluster.Files("GAME_PODIUM").Length, 1, Games);
        Assert.Equal(cluster.Files("GAME_META").Length, cluster.Files("GAME_PODIUM").Length);
        Assert.Empty(cluster.TemporaryFiles());

        cluster.LaunchWithinProcess();
        await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length == Games, () => $"all games to be processed. {cluster.Describe()}");
        Assert.DoesNotContain(cluster.Events(2), one => one.Id == LogEvents.Resumed);

        Task Redis(params object[] command) => cluster.Redis.Database.ExecuteAsync("CLIENT", command);
    }

    [Fact]
    public async Task New_silo_joins_a_cluster_whose_only_silo_was_killed()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        SiloCluster.Signal(cluster.Silos[0], "KILL");
        await cluster.ExitAsync(cluster.Silos[0]);
        cluster.LaunchWithinProcess();
        await cluster.WaitUntilListeningAsync(1);
    }

    [Fact]
    public async Task Executable_refuses_a_wrong_value_with_one_line() => Assert.Equal(
        (2, "REDIS_PORT: 'abc' is not allowed; set it to a whole number from 1 to 65535.\n"),
        await SiloExecutable.RunAsync(new RedisOptions(), [("REDIS_PORT", "abc")]));

    [Fact]
    public async Task Silo_refuses_a_folder_that_cannot_be_created_with_one_line()
    {
        var (exitCode, printed) = await SiloCommand.RunSiloAsync("OUTPUT_DIR", "/proc/none");
        Assert.Equal(2, exitCode);
        Assert.Matches("^OUTPUT_DIR: '/proc/none' is not allowed; [^\n]+\n$", printed);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Silo_that_receives_a_signal_while_its_bucket_does_not_answer_stops(string signal)
    {
        // It accepts connections and never answers.
        using var bucket = new TcpListener(IPAddress.Loopback, 0);
        bucket.Start();
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(),
            ("OUTPUT_URI", "s3://b"), ("AWS_ENDPOINT_URL", $"http://{bucket.LocalEndpoint}"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"));
        var silo = cluster.Launch();
        using var request = await bucket.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        SiloCluster.Signal(silo, signal);
        Assert.Equal(0, await cluster.ExitAsync(silo));
    }

    [Theory]
    [InlineData("127.0.0.1", "")]
    [InlineData("127.0.0.1:1,127.0.0.1:2", "superhero")]
    public async Task Silo_waits_for_a_Redis_or_sentinels_that_do_not_answer_and_logs_no_stack_trace(string host, string sentinel)
    {
        using var folder = new TemporaryFolder();
        await using var silo = InProcessSilo.Start(new Dictionary<string, string>
        {
            ["REDIS_HOST"] = host,
            ["REDIS_PORT"] = "1",
            ["REDIS_SENTINEL"] = sentinel,
            ["OUTPUT_DIR"] = folder.Path,
        });
        await Eventually.HoldsAsync(() => silo.Events.Any(one => one.Id == LogEvents.RedisUnreachable), silo.Describe);
        Assert.All(silo.Events.Where(one => one.Id == LogEvents.RedisUnreachable), tried =>
        {
            Assert.Contains("127.0.0.1:1", tried.Values["Redis"], StringComparison.Ordinal);
            Assert.DoesNotContain("\n   at ", tried.Message, StringComparison.Ordinal);
        });
        Assert.Equal(0, await silo.StopAsync());
    }

    [Fact]
    public async Task Game_that_cannot_be_processed_keeps_all_its_keys_and_its_grain_is_on_the_dashboard()
    {
        const string Line = "not an attack";
        var port = Ports.Free();
        await using var cluster = await InProcessCluster.StartAsync(1, [.. ClusterBase.Cleaning, ("HTTP_PORT", $"{port}")]);
        var keys = new GameKeys(Guid.NewGuid());
        var redis = cluster.Redis.Database;
        await redis.StringSetAsync(keys.Status, GameStatus.Completed);
        await redis.SetAddAsync(keys.Participants, "u");
        await redis.ListRightPushAsync(keys.Logs, Line);
        await cluster.AnnounceAsync(keys.Token, "u");
        await cluster.WaitForEventAsync(
            1, LogEvents.Quarantined, one => one.Values["Token"] == keys.Token && one.Values["Reason"].EndsWith(Line, StringComparison.Ordinal));
        Assert.True(await redis.KeyExistsAsync(keys.Logs));
        Assert.Null(await redis.KeyTimeToLiveAsync(keys.Status));
        Assert.Empty(cluster.Files("GAME_META"));

        Assert.Equal(port, (await cluster.PagesAsync())[0].Port);
        await Eventually.HoldsAsync(
            async () =>
            {
                // The grain leaves the memory soon after a call.
                await cluster.AnnounceAsync(keys.Token, "u");
                return await cluster.GameActivationsAsync() > 0;
            },
            () => $"an activation on the dashboard. {cluster.Describe()}");
    }
}
