using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Simulator.Heroes;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

[Trait("Category", "Integration")]
public partial class StatisticsPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Page_and_dashboard_work_behind_the_prefix_of_a_proxy()
    {
        await using var cluster = await InProcessCluster.StartAsync(1);
        await using var proxy = await PrefixProxy.StartAsync("/sh", await cluster.Silos[0].Page);
        await using var page = await chromium.OpenAsync(proxy.Address);
        await Chromium.ShowsAsync(page, "no game yet", "silo-1", "Active");
        await page.GoToAsync($"{proxy.Address}dashboard/#/silos");
        await Chromium.ShowsAsync(page, "silo-1");
        using var http = new HttpClient();
        foreach (var link in (string[])["metrics", "health/ready", "statistics"])
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var response = await http.GetAsync(new Uri(proxy.Address, link));
                    return response.IsSuccessStatusCode;
                },
                () => $"an answer from {link}. {cluster.Describe()}");
        }

        Assert.All(proxy.Missed, path => Assert.Equal("/favicon.ico", path));

        // The dashboard shows active grains, and the grain of a game that still runs is active for some seconds after a call.
        var running = new GameKeys(Guid.NewGuid());
        await cluster.Redis.Database.StringSetAsync(running.Status, "Running");
        await page.GoToAsync($"{proxy.Address}dashboard/#/grains");
        var shown = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                await cluster.AnnounceAsync(running.Token, "someone");
                shown = await page.GetContentAsync();
                return ActiveGameGrain().IsMatch(shown);
            },
            () => $"the grain of a game and its calls; the page is {shown}");
    }

    [Fact]
    public async Task Page_follows_games_and_silos_without_a_reload_or_the_internet()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.Cleaning);
        var port = $"{Ports.Free()}";
        cluster.Launch(("HTTP_PORT", port));
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(2);
        await Roster.Own().StoreAsync(cluster.Redis.Connection);
        var origin = await cluster.Silos[0].Page;
        ConcurrentQueue<string> errors = [];
        ConcurrentQueue<string> requested = [];
        await using var page = await chromium.OpenAsync(new Uri("about:blank"), errors);
        page.Request += (_, request) => requested.Enqueue(request.Request.Url);
        await page.GoToAsync($"{origin}");
        await Chromium.ShowsAsync(page, "no game yet", "Nothing: every game could be processed.", "silo-1", "silo-2", "Active");
        await page.EvaluateExpressionAsync("window.same = true");

        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        var games = recording.Games.Count(game => game.Completed);
        await Chromium.ShowsAsync(page, $"{games}\ngames done");

        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        var names = Roster.Own().Heroes;
        await Chromium.ShowsAsync(page, $"{games + 1}\ngames done", $"{game.Token}", $"1 {names["1"]["name"]}\n2 {names["2"]["name"]}");

        var broken = await new MadeGame(cluster.Redis.Database).PutAsync(GameStatus.InProgress);
        await cluster.Redis.Database.ListRightPushAsync(broken.Keys.Logs, "<b>not JSON</b>");
        await cluster.Redis.Database.StringSetAsync(broken.Keys.Status, GameStatus.Completed);
        await cluster.AnnounceAsync(broken.Keys.Token, MadeGame.User);
        await Chromium.ShowsAsync(page, "1\nin quarantine", $"{broken.Token}", "a log line is not JSON");

        await cluster.Silos[1].StopAsync();
        await Chromium.ShowsAsync(page, "1\nsilos");

        Assert.True(await page.EvaluateExpressionAsync<bool>("window.same"));
        Assert.Equal(60, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('#minutes rect').length"));
        Assert.Equal(30, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('#days rect').length"));
        await Chromium.FitsAPhoneAsync(page);
        Assert.All(requested, url => Assert.True(url.StartsWith($"{origin}", StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal), url));

        await cluster.Silos[0].StopAsync();
        await Chromium.ShowsAsync(page, "the silo can't be reached");
        cluster.Launch(("HTTP_PORT", port));
        await Chromium.ShowsAsync(page, "live from silo-3", $"{games + 1}\ngames done");
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Page_shows_a_long_season_and_keeps_it_on_display_while_Redis_is_away()
    {
        await using var cluster = InProcessCluster.On(await RealRedis.StartDurableAsync(), ClusterBase.CleaningWithoutSweep);
        var season = new Season(5_000_000, Days: 400, Heroes: 731, Latest: 1000);
        await season.PutAsync(cluster.Redis.Database, DateTimeOffset.UtcNow);
        await cluster.LaunchAsync(1);
        ConcurrentQueue<string> errors = [];
        await using var page = await chromium.OpenAsync(await cluster.Silos[0].Page, errors);
        await Chromium.ShowsAsync(page, "5,000,000\ngames done", "5,000\nresumed after a failure", "silo-2, at attempt 2", "1 Hero 3\n2 Hero 7\n3 Hero 1", "Games a day");
        foreach (var (plot, columns) in new[] { ("minutes", 60), ("days", 30) })
        {
            // The first minute may be over by now.
            Assert.InRange(await page.EvaluateExpressionAsync<int>($"[...document.querySelectorAll('#{plot} rect')].filter(bar => bar.height.baseVal.value > 0).length"), columns - 1, columns);
        }

        Assert.Equal(20, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('#games tr').length"));
        await Chromium.FitsAPhoneAsync(page);

        await cluster.Redis.Database.KeyDeleteAsync(StatisticsKeys.Days);
        await cluster.Redis.Database.HashSetAsync(StatisticsKeys.Days, $"{DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}", 1);
        await Chromium.ShowsAsync(page, "at most 1 a day");
        Assert.Contains(
            "1 game on ",
            await page.EvaluateExpressionAsync<string>("document.querySelectorAll('#days title')[28].textContent"),
            StringComparison.Ordinal);

        await cluster.Redis.StopAsync();
        await Chromium.ShowsAsync(page, "Redis can't be reached: this is how the games stood at", "5,000,000\ngames done");
        await cluster.Redis.StartAgainAsync();
        await Eventually.HoldsAsync(
            async () => !(await page.EvaluateExpressionAsync<string>("document.body.innerText")).Contains("Redis can't be reached", StringComparison.Ordinal),
            () => $"the page of a silo that reaches Redis again. {cluster.Describe()}");
        await Chromium.ShowsAsync(page, "5,000,000\ngames done");
        Assert.Empty(errors);
    }

    // The grain's name, the number of its activations, and the number of its calls a second.
    [GeneratedRegex("GameGrain</a>.*?<strong>[1-9][0-9]*</strong>.*?req/sec", RegexOptions.Singleline)]
    private static partial Regex ActiveGameGrain();
}
