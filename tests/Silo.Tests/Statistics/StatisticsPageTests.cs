using System.Collections.Concurrent;
using PuppeteerSharp;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Simulator.Heroes;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

[Trait("Category", "Integration")]
public class StatisticsPageTests
{
    [Fact]
    public async Task Behind_a_proxy_s_prefix_the_page_finds_all_that_it_links_to()
    {
        await using var cluster = await SiloCluster.StartAsync(1);
        await using var proxy = await PrefixProxy.StartAsync("/sh", new Uri(await cluster.Silos[0].Dashboard, "/"));
        await using var browser = await LaunchBrowserAsync();
        await using var page = await browser.NewPageAsync();
        await page.GoToAsync($"{proxy.Address}");
        await ShowsAsync(page, "no game yet", "silo-1", "Active");
        await page.GoToAsync($"{proxy.Address}dashboard/#/silos");
        await ShowsAsync(page, "silo-1");
        using var http = new HttpClient();
        foreach (var link in (string[])["metrics", "health/ready", "statistics"])
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    using var response = await http.GetAsync(new Uri(proxy.Address, link));
                    return response.IsSuccessStatusCode;
                },
                () => $"an answer from {link}");
        }

        Assert.All(proxy.Missed, path => Assert.Equal("/favicon.ico", path));
    }

    [Fact]
    public async Task The_page_shows_what_comes_and_goes_without_a_reload_or_the_internet()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1"));
        var port = $"{Ports.Free()}";
        cluster.Launch(("HTTP_PORT", port));
        cluster.Launch();
        await cluster.WaitUntilListeningAsync(2);
        await Roster.Own().StoreAsync(cluster.Redis.Connection);
        var origin = new Uri(await cluster.Silos[0].Dashboard, "/");
        await using var browser = await LaunchBrowserAsync();
        await using var page = await browser.NewPageAsync();
        ConcurrentQueue<string> asked = [];
        ConcurrentQueue<string> errors = [];
        page.Request += (_, request) => asked.Enqueue(request.Request.Url);
        page.PageError += (_, error) => errors.Enqueue(error.Message);
        await page.GoToAsync(origin.ToString());
        await ShowsAsync(page, "no game yet", "Nothing: every game could be processed.", "silo-1", "silo-2", "Active");
        await page.EvaluateExpressionAsync("window.same = true");

        var recording = Recording.Read("ordinary");
        await recording.LoadAsync(cluster.Redis.Database);
        await recording.PublishAsync(cluster.Redis.Connection.GetSubscriber());
        var games = recording.Games.Count(game => game.Completed);
        await ShowsAsync(page, $"{games}\ngames done");

        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        var names = Roster.Own().Heroes;
        await ShowsAsync(page, $"{games + 1}\ngames done", $"{game.Token}", $"1 {names["1"]["name"]}\n2 {names["2"]["name"]}");

        var broken = await new MadeGame(cluster.Redis.Database).PutAsync(GameStatus.InProgress);
        await cluster.Redis.Database.ListRightPushAsync(broken.Keys.Logs, "<b>not JSON</b>");
        await cluster.Redis.Database.StringSetAsync(broken.Keys.Status, GameStatus.Completed);
        await cluster.AnnounceAsync(broken.Keys.Token, MadeGame.User);
        await ShowsAsync(page, "1\nin quarantine", $"{broken.Token}", "a log line is not JSON");

        await cluster.Silos[1].StopAsync();
        await ShowsAsync(page, "1\nsilos");

        Assert.True(await page.EvaluateExpressionAsync<bool>("window.same"));
        Assert.Equal(60, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('#minutes rect').length"));
        Assert.Equal(30, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('#days rect').length"));
        await page.SetViewportAsync(new ViewPortOptions { Width = 390, Height = 844, IsMobile = true });
        Assert.True(await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth") <= 390);
        Assert.All(asked, url => Assert.True(url.StartsWith(origin.ToString(), StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal), url));
        Assert.Empty(errors);

        await cluster.Silos[0].StopAsync();
        await ShowsAsync(page, "the silo can't be reached");
        cluster.Launch(("HTTP_PORT", port));
        await ShowsAsync(page, "live from silo-3", $"{games + 1}\ngames done");
    }

    [Fact]
    public async Task The_page_shows_a_season_of_any_age_and_what_it_last_had_while_Redis_is_away()
    {
        await using var cluster = SiloCluster.On(await RealRedis.StartDurableAsync(), ("SWEEP_INTERVAL", "3600"));
        var season = new Season(5_000_000, Days: 400, Heroes: 731, Latest: 1000);
        await season.PutAsync(cluster.Redis.Database, DateTimeOffset.UtcNow);
        cluster.Launch();
        await using var browser = await LaunchBrowserAsync();
        await using var page = await browser.NewPageAsync();
        ConcurrentQueue<string> errors = [];
        page.PageError += (_, error) => errors.Enqueue(error.Message);
        await page.GoToAsync(new Uri(await cluster.Silos[0].Dashboard, "/").ToString());
        await ShowsAsync(page, "5,000,000\ngames done", "5,000\nresumed after a failure", "silo-2, at attempt 2", "1 Hero 3\n2 Hero 7\n3 Hero 1", "Games a day");
        foreach (var (plot, columns) in new[] { ("minutes", 60), ("days", 30) })
        {
            // The first minute may be over by now.
            Assert.InRange(await page.EvaluateExpressionAsync<int>($"[...document.querySelectorAll('#{plot} rect')].filter(bar => bar.height.baseVal.value > 0).length"), columns - 1, columns);
        }

        Assert.Equal(20, await page.EvaluateExpressionAsync<int>("document.querySelectorAll('#games tr').length"));
        await page.SetViewportAsync(new ViewPortOptions { Width = 390, Height = 844, IsMobile = true });
        Assert.True(await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth") <= 390);

        await cluster.Redis.Database.KeyDeleteAsync(StatisticsKeys.Days);
        await cluster.Redis.Database.HashSetAsync(StatisticsKeys.Days, $"{DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}", 1);
        await ShowsAsync(page, "at most 1 a day");
        Assert.Contains(
            "1 game on ",
            await page.EvaluateExpressionAsync<string>("document.querySelectorAll('#days title')[28].textContent"),
            StringComparison.Ordinal);

        await cluster.Redis.StopAsync();
        await ShowsAsync(page, "Redis can't be reached: this is how the games stood at", "5,000,000\ngames done");
        await cluster.Redis.StartAgainAsync();
        await Eventually.HoldsAsync(
            async () => !(await page.EvaluateExpressionAsync<string>("document.body.innerText")).Contains("Redis can't be reached", StringComparison.Ordinal),
            () => "Redis to be reached again");
        await ShowsAsync(page, "5,000,000\ngames done");
        Assert.Empty(errors);
    }

    private static Task<IBrowser> LaunchBrowserAsync() => Puppeteer.LaunchAsync(new LaunchOptions
    {
        ExecutablePath = "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
    });

    private static async Task ShowsAsync(IPage page, params string[] texts)
    {
        var shown = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                shown = await page.EvaluateExpressionAsync<string>("document.body.innerText");
                return texts.All(text => shown.Contains(text, StringComparison.Ordinal));
            },
            () => $"{string.Join(", ", texts)}; the page shows {shown}");
    }
}
