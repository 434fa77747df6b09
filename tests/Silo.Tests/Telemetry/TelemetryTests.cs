using System.Diagnostics;
using System.Text.RegularExpressions;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Telemetry;

[Trait("Category", "Integration")]
public partial class TelemetryTests(WatchedCluster cluster) : IClassFixture<WatchedCluster>
{
    [Fact]
    public async Task Metrics_tell_what_became_of_the_games()
    {
        await Eventually.HoldsAsync(
            async () => await cluster.Silos.MetricAsync("superhero_games_total", "outcome=\"Loaded\"") == cluster.Games, () => $"{cluster.Games} loaded games");
        await Eventually.HoldsAsync(
            async () => await cluster.Silos.MetricAsync("superhero_step_duration_seconds_count", "step=\"end\"") >= cluster.Games, () => "all ended");
        Assert.Equal(3, await cluster.Silos.MetricAsync("superhero_redis_connected"));
        Assert.True(await cluster.Silos.MetricAsync("superhero_duplicates_total") > 0);
        Assert.True(await cluster.Silos.MetricAsync("superhero_messages_total", "kind=\"own\"") > cluster.Games);
        Assert.True(await cluster.Silos.MetricAsync("superhero_messages_total", "kind=\"other\"") > 0);
        Assert.True(await cluster.Silos.MetricAsync("superhero_announcement_duration_seconds_count", "outcome=\"Loaded\"") >= cluster.Games);
        Assert.Equal(cluster.Games, await cluster.Silos.MetricAsync("superhero_step_duration_seconds_count", "step=\"load\""));
        Assert.Equal(cluster.Games, await cluster.Silos.MetricAsync("superhero_last_attack_age_seconds_count"));
        Assert.Equal(
            cluster.Silos.Files("GAME_META").Concat(cluster.Silos.Files("GAME_PODIUM")).Sum(file => new FileInfo(file).Length),
            await cluster.Silos.MetricAsync("superhero_written_bytes_total"));
        await Eventually.HoldsAsync(async () => (await cluster.Silos.MetricsAsync()).Contains("\nsuperhero_games_open", StringComparison.Ordinal), () => "a pass of the sweep");
        Assert.Contains("\norleans_", await cluster.Silos.MetricsAsync(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => cluster.Collector.Metrics > 0, () => "metrics at the collector");
    }

    [Fact]
    public async Task The_monitoring_dashboard_asks_for_metrics_that_are_there()
    {
        var asked = Metric().Matches(await File.ReadAllTextAsync(
                Path.Combine(Repository.Root, "compose", "grafana", "dashboards", "superhero.json"), TestContext.Current.CancellationToken))
            .Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(asked);
        await Eventually.HoldsAsync(
            async () =>
            {
                var there = await cluster.Silos.MetricsAsync();
                return asked.All(name => there.Contains($"\n{name}{{", StringComparison.Ordinal));
            },
            () => string.Join(", ", asked));
    }

    [Fact]
    public async Task A_trace_follows_a_game_from_the_message_to_the_last_key_and_calls_over_silos()
    {
        string[] steps = ["announcement", "begin", "load", "end"];
        await TracedAsync(trace => steps.All(step => trace.Any(span => span.Name == step)), "all steps");

        // A game is done where it is heard. What all silos call on one of them is the sweep.
        await TracedAsync(
            trace => trace.Where(span => span.Name == "ISweepGrain/Run").Select(span => span.Silo).Distinct().Count() > 1, "calls of the sweep over silos");

        Task TracedAsync(Func<IReadOnlyList<ExportedSpan>, bool> holds, string what) => Eventually.HoldsAsync(
            () => cluster.Collector.Spans.GroupBy(span => span.Trace).Any(trace => holds([.. trace])),
            () => $"a trace with {what}; there are {string.Join(", ", cluster.Collector.Spans.Select(span => span.Name).Distinct())}");
    }

    [Fact]
    public async Task Each_silo_is_an_instance_of_its_own()
    {
        await Eventually.HoldsAsync(() => cluster.Collector.Spans.DistinctBy(span => span.Silo).Count() == 3, () => "three instances");
        Assert.All(cluster.Collector.Spans, span => Assert.Equal("superhero-orleans", span.Service));
    }

    [Fact]
    public async Task One_signal_alone_is_exported_under_the_name_that_the_environment_gives()
    {
        using var collector = new Collector();
        await using var alone = await SiloCluster.StartAsync(
            1, ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{collector.Endpoint}v1/traces"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"), ("OTEL_SERVICE_NAME", "heroes"));
        await Eventually.HoldsAsync(() => collector.Spans.Any(span => span.Service == "heroes"), () => "a trace");
        Assert.Equal(0, collector.Metrics);
    }

    [Fact]
    public async Task The_log_is_published_in_the_simulator_s_shape_and_the_lines_of_a_game_carry_its_token_and_silo()
    {
        const string channel = "superhero.grains.games.gamegrain";
        var games = cluster.Silos.Files("GAME_PODIUM").Select(file => Path.GetFileName(file)[..36]).Order();
        await Eventually.HoldsAsync(
            () => cluster.Log.Where(one => one.Channel == channel && one.Line.GetProperty("log_message").GetString()!.Contains("loaded by silo-", StringComparison.Ordinal))
                .Select(one => one.Line.GetProperty("task").GetProperty("game_token").GetString()).Order().SequenceEqual(games),
            () => $"a line for each game; there are {cluster.Log.Count}");
        var line = cluster.Log.First(one => one.Channel == channel).Line;
        Assert.Equal(["level", "timestamp", "name", "log_message", "task"], line.EnumerateObject().Select(property => property.Name));
        Assert.Equal($"redis.{channel}", line.GetProperty("name").GetString());
        Assert.Equal("INFO", line.GetProperty("level").GetString());
    }

    [Fact]
    public async Task The_dashboard_shows_the_silos_and_the_games_grains_in_a_browser()
    {
        var page = new Uri(await cluster.Silos.Silos[0].Dashboard, "/dashboard/");
        await ShowsAsync($"{page}#/silos", ["silo-1", "silo-2", "silo-3"]);

        // It shows the grains that are active; that of a game which still runs stays so for some seconds after a call.
        var running = new GameKeys(Guid.NewGuid());
        await cluster.Silos.Redis.Database.StringSetAsync(running.Status, "Running");
        await Eventually.HoldsAsync(
            async () =>
            {
                await cluster.Silos.AnnounceAsync(running.Token, "someone");
                return GamesGrain().IsMatch(await BrowseAsync($"{page}#/grains"));
            },
            () => "the games' grain and its calls");
    }

    private static async Task ShowsAsync(string page, string[] texts)
    {
        var shown = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                shown = await BrowseAsync(page);
                return texts.All(text => shown.Contains(text, StringComparison.Ordinal));
            },
            () => $"{string.Join(", ", texts)} on {page}; it shows {shown}");
    }

    // What the page's own scripts have made of it after some seconds of its time.
    private static async Task<string> BrowseAsync(string page)
    {
        using var profile = new TemporaryFolder();
        using var browser = Process.Start(new ProcessStartInfo(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={profile.Path}",
                "--virtual-time-budget=8000", "--dump-dom", page,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = browser.StandardError.ReadToEndAsync();
        var shown = await browser.StandardOutput.ReadToEndAsync();
        await browser.WaitForExitAsync();
        return shown.Length > 0 ? shown : await errors;
    }

    // Its name, how many there are, and how many calls a second they take.
    [GeneratedRegex("GameGrain</a>.*?<strong>[1-9][0-9]*</strong>.*?req/sec", RegexOptions.Singleline)]
    private static partial Regex GamesGrain();

    [GeneratedRegex("superhero_[a-z_]+")]
    private static partial Regex Metric();
}
