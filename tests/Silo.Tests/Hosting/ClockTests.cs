using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>Silos on machines whose clocks are wrong, or are set while they run.</summary>
[Trait("Category", "Integration")]
public class ClockTests
{
    [Theory]
    [InlineData("-90s", -90)]
    [InlineData("-1h", -3600)]
    [InlineData("+1h", 3600)]
    public async Task Silo_whose_clock_is_set_keeps_processing_games_and_lets_others_join(string step, int seconds)
    {
        using var time = new FakeTime();
        await using var cluster = await StartAsync(time);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        time.Set(step);
        await SteppedAsync(cluster, TimeSpan.FromSeconds(seconds));
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        await GameAssertions.IsProcessedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        Assert.DoesNotContain(cluster.Events(1), one => one.Level >= LogLevel.Error);
        var before = await PageTimeAsync(cluster);
        await Eventually.HoldsAsync(async () => await PageTimeAsync(cluster) > before, () => "a page that moves on");

        cluster.Launch();
        await cluster.WaitUntilListeningAsync(2);
        await SiloCluster.WaitForHealthAsync(cluster.Silos[1], HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        Assert.All(cluster.Silos, silo => Assert.False(silo.Process.HasExited));
    }

    [Fact]
    public async Task Silo_that_is_restarted_after_its_clock_was_set_back_by_an_hour_joins()
    {
        using var time = new FakeTime();
        await using var cluster = await StartAsync(
            time, ("SILO_PORT", $"{Ports.Free()}"), ("GATEWAY_PORT", $"{Ports.Free()}"), ("HTTP_PORT", $"{Ports.Free()}"));
        Assert.Equal(0, await cluster.StopAsync(cluster.Silos[0]));
        time.Set("-1h");
        var again = cluster.Launch(time.Variables);
        await SiloCluster.WaitForHealthAsync(again, HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
    }

    [Fact]
    public async Task Silo_with_its_clock_ten_minutes_behind_joins()
    {
        using var time = new FakeTime("-10m");
        await using var cluster = await SiloCluster.StartAsync(1, ClusterBase.Cleaning);
        var behind = cluster.Launch(time.Variables);
        await cluster.WaitUntilListeningAsync(2);
        await SiloCluster.WaitForHealthAsync(behind, HttpStatusCode.OK);
        Assert.All(cluster.Silos, silo => Assert.False(silo.Process.HasExited));
    }

    private static async Task<SiloCluster> StartAsync(FakeTime time, params (string Name, string Value)[] variables)
    {
        var cluster = SiloCluster.On(await RealRedis.StartAsync(), [.. ClusterBase.Cleaning, .. variables]);
        cluster.Launch(time.Variables);
        await cluster.WaitUntilListeningAsync(1);
        return cluster;
    }

    // The time of a line in the log is the machine's. Announcements make the silo write lines.
    private static Task SteppedAsync(SiloCluster cluster, TimeSpan step) => Eventually.HoldsAsync(
        async () =>
        {
            await cluster.AnnounceAsync((await new MadeGame(cluster.Redis.Database).PutAsync()).Keys.Token);
            return (LastLineTime(cluster) - DateTimeOffset.UtcNow - step).Duration() < step.Duration() / 2;
        },
        () => $"a line with the new time. {cluster.Describe()}");

    private static DateTimeOffset LastLineTime(SiloCluster cluster)
    {
        var lines = cluster.Log(1);
        var last = lines[..(lines.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Last(line => line.StartsWith('{'));
        return JsonSerializer.Deserialize<JsonElement>(last).GetProperty("Timestamp").GetDateTimeOffset();
    }

    private static async Task<DateTimeOffset> PageTimeAsync(SiloCluster cluster)
    {
        using var http = new HttpClient();
        var view = await http.GetFromJsonAsync<JsonElement>(new Uri(await cluster.Silos[0].Dashboard, "/statistics"));
        return view.GetProperty("at").GetDateTimeOffset();
    }
}
