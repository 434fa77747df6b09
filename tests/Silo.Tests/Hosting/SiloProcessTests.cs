using System.Net;
using System.Net.Sockets;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
public class SiloProcessTests
{
    [Fact]
    public async Task Sigterm_finishes_the_games_in_hand_and_leaves_those_that_wait_to_others()
    {
        const int Games = 200;
        await using var cluster = await SiloCluster.StartAsync(1, ("SWEEP_INTERVAL", "1"));
        var games = await Task.WhenAll(Enumerable.Range(0, Games).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));

        // A Redis that takes no writes for a while keeps the games in hand until the silo is told to stop.
        await Task.WhenAll(
            [.. games.Select(game => cluster.AnnounceAsync(game.Keys.Token, MadeGame.User)), Redis("PAUSE", "60000", "WRITE")]);
        await Eventually.HoldsAsync(
            async () => await cluster.MetricAsync("superhero_messages_total", "kind=\"own\"") == Games, () => $"all messages to be heard; {cluster.Log(1)}");
        SiloCluster.Signal(cluster.Silos[0], "TERM");
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains("Stopping", StringComparison.Ordinal), () => "the silo to stop");
        Assert.InRange(cluster.Files("GAME_PODIUM").Length, 0, Games - 1);
        await Redis("UNPAUSE");
        await cluster.Silos[0].Process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, cluster.Silos[0].Process.ExitCode);
        Assert.InRange(cluster.Files("GAME_PODIUM").Length, 1, Games);
        Assert.Equal(cluster.Files("GAME_META").Length, cluster.Files("GAME_PODIUM").Length);
        Assert.Empty(cluster.TemporaryFiles());

        cluster.Launch();
        await Eventually.HoldsAsync(() => cluster.Files("GAME_PODIUM").Length == Games, () => $"all games to be done; {cluster.Log(2)}");
        Assert.DoesNotContain("resumed from the claim", cluster.Log(2), StringComparison.Ordinal);

        Task Redis(params object[] command) => cluster.Redis.Database.ExecuteAsync("CLIENT", command);
    }

    [Fact]
    public async Task A_killed_silo_keeps_no_new_one_from_joining()
    {
        await using var cluster = await SiloCluster.StartAsync(2);
        foreach (var silo in cluster.Silos)
        {
            silo.Process.Kill();
            await silo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        cluster.Launch();
        await cluster.WaitUntilListeningAsync(1);
    }

    [Theory]
    [InlineData("REDIS_PORT", "abc", "REDIS_PORT: 'abc' is not allowed; set it to a whole number from 1 to 65535.")]
    [InlineData("OUTPUT_DIR", "/proc/none", "OUTPUT_DIR: '/proc/none' is not allowed; set it to a folder that can be written (Could not find file '/proc/none').")]
    public async Task A_wrong_value_ends_the_process_with_one_line(string variable, string value, string line) =>
        Assert.Equal((2, line + "\n"), await SiloCommand.RunSiloAsync(variable, value));

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_silo_that_is_told_to_stop_while_its_bucket_does_not_answer_stops(string signal)
    {
        // It takes connections and never answers.
        using var bucket = new TcpListener(IPAddress.Loopback, 0);
        bucket.Start();
        await using var cluster = SiloCluster.On(
            await RealRedis.StartAsync(),
            ("OUTPUT_URI", "s3://b"), ("AWS_ENDPOINT_URL", $"http://{bucket.LocalEndpoint}"), ("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"));
        var silo = cluster.Launch();
        using var asked = await bucket.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        SiloCluster.Signal(silo, signal);
        await silo.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, silo.Process.ExitCode);
    }

    [Fact]
    public async Task An_absent_Redis_is_named_and_waited_for_without_a_stack_trace()
    {
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "log");
        await using (var silo = SiloProcess.Start(new Dictionary<string, string> { ["REDIS_PORT"] = $"{Ports.Free()}", ["OUTPUT_DIR"] = folder.Path }, log))
        {
            await Eventually.HoldsAsync(() => File.Exists(log) && new FileInfo(log).Length > 0, () => "a first line");
            Assert.Equal(0, await silo.StopAsync());
        }

        var lines = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        Assert.Contains("can't be reached; next try in 1 s", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dashboard_is_served_and_a_game_that_cannot_be_processed_keeps_all_its_keys()
    {
        var port = Ports.Free();
        await using var cluster = await SiloCluster.StartAsync(1, ("HTTP_PORT", $"{port}"), ("CLEAN_ROUTINE", "1"), ("REDIS_EXPIRY", "1"));
        var keys = new GameKeys(Guid.NewGuid());
        var redis = cluster.Redis.Connection.GetDatabase();
        await redis.StringSetAsync(keys.Status, GameStatus.Completed);
        await redis.SetAddAsync(keys.Participants, "u");
        await redis.ListRightPushAsync(keys.Logs, "not JSON");
        await cluster.AnnounceAsync(keys.Token, "u");
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains("not JSON: not JSON", StringComparison.Ordinal), () => cluster.Log(1));

        Assert.True(await redis.KeyExistsAsync(keys.Logs));
        Assert.Null(await redis.KeyTimeToLiveAsync(keys.Status));
        Assert.Empty(cluster.Files("GAME_META"));

        using var http = new HttpClient();
        var counters = new Uri($"http://127.0.0.1:{port}/dashboard/DashboardCounters?exclude=x");
        await Eventually.HoldsAsync(
            async () =>
            {
                // Its grain leaves the memory soon after it was called.
                await cluster.AnnounceAsync(keys.Token, "u");
                return (await http.GetStringAsync(counters)).Contains("GameGrain", StringComparison.Ordinal);
            },
            () => "GameGrain on the dashboard");
    }
}
