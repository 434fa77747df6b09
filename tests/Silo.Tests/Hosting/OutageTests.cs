using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

[Trait("Category", "Integration")]
[UnsupportedOSPlatform("windows")]
public class OutageTests
{
    private const int ENOSPC = 28, EROFS = 30;

    [Fact]
    public async Task Silos_are_unhealthy_while_Redis_is_away_and_receive_the_messages_afterwards()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartDurableAsync(), ClusterBase.CleaningWithoutSweep);
        await cluster.LaunchAsync(2);
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        var before = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.Redis.StopAsync();
        await WaitUntilUnhealthyAsync(cluster, "127.0.0.1");
        await cluster.Redis.StartAgainAsync();
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        Assert.True(await before.IsUntouchedAsync());
        await GameAssertions.IsProcessedOnceAnnouncedAsync(before, cluster);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task Silo_that_is_told_to_stop_while_Redis_is_away_ends()
    {
        await using var cluster = await SiloCluster.StartAsync(1, ClusterBase.Cleaning);
        await cluster.Redis.StopAsync();
        Assert.Equal(1, await cluster.StopAsync(cluster.Silos[0]));
        await cluster.WaitForEventAsync(1, LogEvents.StopGaveUp);
    }

    [Fact]
    public async Task Redis_that_restarts_empty_gets_its_members_back_and_silos_continue()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.Cleaning);
        await cluster.LaunchAsync(3);
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await cluster.Redis.StopAsync();
        await cluster.Redis.StartAgainAsync();
        await Eventually.HoldsAsync(
            () => cluster.Silos.SelectMany(silo => silo.Events).Any(one => one.Id == LogEvents.MembershipRestored && one.Values["Count"] == "3"),
            () => $"the members to be restored. {cluster.Describe()}");
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await cluster.WaitUntilListeningAsync(3);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);

        // One more joins the three, one leaves, and none declares another dead.
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(4);
        Assert.Equal(0, await cluster.Silos[0].StopAsync());
        var games = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        await Task.WhenAll(games.Select(game => GameAssertions.IsProcessedOnceAnnouncedAsync(game, cluster)));
        Assert.All(cluster.Silos.Skip(1), silo => Assert.False(silo.Exit.IsCompleted));
        Assert.DoesNotContain(cluster.Silos.SelectMany(silo => silo.Events), one => one.Id == LogEvents.Fatal);
        Assert.Equal(51, cluster.Files("GAME_PODIUM").Length);
    }

    [Fact]
    public async Task Silo_is_unhealthy_and_loses_nothing_while_Redis_is_out_of_memory()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.Cleaning);
        await cluster.LaunchAsync(1);
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        var game = await new MadeGame(cluster.Redis.Database).PutAsync(GameStatus.InProgress);
        await cluster.Redis.Database.StringSetAsync(game.Keys.Status, GameStatus.Completed);
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "1");
        await cluster.AnnounceAsync(game.Keys.Token);
        await WaitUntilUnhealthyAsync(cluster, "OOM");
        Assert.Empty(cluster.Files("GAME_META"));
        Assert.True(await game.IsUntouchedAsync());
        await cluster.Redis.Server.ConfigSetAsync("maxmemory", "0");
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await GameAssertions.IsProcessedAsync(game, cluster);
    }

    [Fact]
    public async Task Health_is_degraded_while_games_fail_and_failures_are_counted_by_cause()
    {
        const string Failure = "made to fail";
        using var hook = new LogHook(logged =>
        {
            if (logged.Id == LogEvents.FileFlushed)
            {
                throw new IOException(Failure);
            }
        });
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.CleaningWithoutSweep);
        var silo = cluster.Launch(builder => builder.Logging.AddProvider(hook).AddFilter<LogHook>("Superhero", LogLevel.Debug));
        await cluster.WaitUntilListeningAsync(1);
        var meters = silo.Services.GetRequiredService<IMeterFactory>();
        ConcurrentQueue<string?> causes = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "superhero.failures" && instrument.Meter.Scope == meters)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => causes.Enqueue($"{tags[0].Value}"));
        listener.Start();

        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token);
        await Eventually.HoldsAsync(
            async () => (await cluster.WaitForHealthAsync(1, HttpStatusCode.OK, "Degraded")).Contains(Failure, StringComparison.Ordinal),
            () => $"the failure in the health's answer. {cluster.Describe()}");
        Assert.Equal("output", Assert.Single(causes.Distinct()));
        Assert.True(await game.IsUntouchedAsync());
    }

    [Theory]
    [InlineData(ENOSPC)]
    [InlineData(EROFS)]
    public async Task Silo_is_unhealthy_and_leaves_no_partial_file_while_the_disk_is_full_or_read_only(int error)
    {
        using var disk = new SmallDisk();
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), [.. ClusterBase.Cleaning, ("OUTPUT_DIR", disk.Path)]);
        await cluster.LaunchAsync(1);
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        Action fail = error == ENOSPC ? disk.Fill : () => disk.Remount(readOnly: true);
        Action recover = error == ENOSPC ? disk.Empty : () => disk.Remount(readOnly: false);
        fail();
        await WaitUntilUnhealthyAsync(cluster, Marshal.GetPInvokeErrorMessage(error));
        var games = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => new MadeGame(cluster.Redis.Database).PutAsync()));
        await Task.WhenAll(games.Select(game => cluster.AnnounceAsync(game.Keys.Token)));

        // Neither a message nor the sweep may claim a game that could not be written.
        await cluster.Redis.WaitForPassesAsync(3);
        Assert.Empty(cluster.Redis.Server.Keys(pattern: "superhero/record/*"));
        Assert.Empty(cluster.Files("GAME_META"));
        Assert.True(await games[0].IsUntouchedAsync());
        Assert.False(await cluster.Redis.Database.KeyExistsAsync("superhero/quarantine"));

        recover();
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        GameAssertions.HasRows(games, cluster.Output);
        Assert.Empty(cluster.TemporaryFiles());
    }

    [Fact]
    public async Task Silo_is_unhealthy_and_writes_nothing_to_the_mount_point_while_the_disk_is_unmounted()
    {
        using var disk = new RemovableDisk();
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), [.. ClusterBase.Cleaning, ("OUTPUT_DIR", disk.Path)]);
        await cluster.LaunchAsync(1);
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        disk.Unmount();
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token);
        await WaitUntilUnhealthyAsync(cluster, disk.Path);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
        disk.Mount();
        await cluster.WaitForHealthAsync(HttpStatusCode.OK);
        await GameAssertions.IsProcessedAsync(game, cluster);
    }

    [Theory]
    [InlineData("OUTPUT_DIR")]
    [InlineData("ARCHIVE_DIR")]
    public async Task Silo_refuses_a_folder_that_its_user_may_not_write_and_says_how_to_permit_it(string setting)
    {
        using var folder = new TemporaryFolder();
        new DirectoryInfo(folder.Path).UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        var (exitCode, printed) = await SiloExecutable.RunSiloUnprivilegedAsync((setting, folder.Path));
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"{setting}: '{folder.Path}' is not allowed", printed, StringComparison.Ordinal);
        Assert.Matches("chown -R [0-9]+ ", printed);
        Assert.Empty(Directory.GetDirectories(folder.Path));
    }

    private static async Task WaitUntilUnhealthyAsync(InProcessCluster cluster, string reason)
    {
        await cluster.WaitForHealthAsync(HttpStatusCode.ServiceUnavailable, reason);
        await Task.WhenAll(Enumerable.Range(1, cluster.Silos.Count).Select(silo => cluster.WaitForEventAsync(silo, LogEvents.Unhealthy)));
    }
}
