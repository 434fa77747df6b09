using System.Text.Json;
using System.Text.RegularExpressions;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Telemetry;

[Trait("Category", "Integration")]
public partial class TelemetryTests(WatchedCluster cluster) : IClassFixture<WatchedCluster>
{
    [Fact]
    public async Task Metrics_count_the_games_messages_and_steps_of_all_silos()
    {
        await Eventually.HoldsAsync(
            async () => await cluster.Silos.MetricAsync("superhero_games_total", "outcome=\"Loaded\"") == cluster.Games, () => $"{cluster.Games} loaded games. {cluster.Silos.Describe()}");
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
    public async Task Monitoring_dashboard_queries_only_metrics_that_exist()
    {
        var queried = Metric().Matches(await File.ReadAllTextAsync(
                Path.Combine(Repository.Root, "compose", "grafana", "dashboards", "superhero.json"), TestContext.Current.CancellationToken))
            .Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(queried);
        await Eventually.HoldsAsync(
            async () =>
            {
                var there = await cluster.Silos.MetricsAsync();
                return queried.All(name => there.Contains($"\n{name}{{", StringComparison.Ordinal));
            },
            () => string.Join(", ", queried));
    }

    [Fact]
    public async Task Trace_follows_a_game_from_the_message_to_its_end_and_calls_over_silos()
    {
        string[] steps = ["announcement", "begin", "load", "end"];
        await TracedAsync(trace => steps.All(step => trace.Any(span => span.Name == step)), "all steps");

        // A silo processes its games itself; all silos call the sweep on one of them.
        await TracedAsync(
            trace => trace.Where(span => span.Name == "ISweepGrain/Run").Select(span => span.Silo).Distinct().Count() > 1, "calls of the sweep over silos");

        Task TracedAsync(Func<IReadOnlyList<ExportedSpan>, bool> holds, string what) => Eventually.HoldsAsync(
            () => cluster.Spans.GroupBy(span => span.Trace).Any(trace => holds([.. trace])),
            () => $"a trace with {what}; there are {string.Join(", ", cluster.Spans.Select(span => span.Name).Distinct())}");
    }

    [Fact]
    public async Task Silos_export_under_their_own_names_and_only_the_signals_whose_collector_is_set()
    {
        await Eventually.HoldsAsync(
            () => cluster.Spans.DistinctBy(span => span.Silo).Count() == 3 && cluster.Collector.Metrics > 0,
            () => $"spans of three silos, and metrics. {cluster.Silos.Describe()}");
        Assert.All(cluster.Collector.Spans, span => Assert.Equal("superhero-orleans", span.Service));
        Assert.Equal("heroes", Assert.Single(cluster.Traces.Spans.DistinctBy(span => (span.Service, span.Silo))).Service);
        Assert.Equal(0, cluster.Traces.Metrics);
    }

    [Fact]
    public async Task Log_is_published_in_the_simulator_s_shape_with_the_token_and_silo_of_each_game()
    {
        const string channel = "superhero.grains.games.gamegrain";
        var games = cluster.Silos.Files("GAME_PODIUM").Select(file => Path.GetFileName(file)[..36]);
        var lines = new Dictionary<string, JsonElement>();
        await Eventually.HoldsAsync(
            () =>
            {
                lines = cluster.Log.Where(one => one.Channel == channel && one.Line.GetProperty("level").GetString() == "INFO")
                    .GroupBy(one => one.Line.GetProperty("task").GetProperty("game_token").GetString()!)
                    .ToDictionary(game => game.Key, game => game.Last().Line);
                return games.All(lines.ContainsKey);
            },
            () => $"a line for each game; there are {lines.Count}. {cluster.Silos.Describe()}");
        Assert.All(lines.Values, line =>
        {
            Assert.Equal(["level", "timestamp", "name", "log_message", "task"], line.EnumerateObject().Select(property => property.Name));
            Assert.Equal($"redis.{channel}", line.GetProperty("name").GetString());
            Assert.Contains("silo-", line.GetProperty("log_message").GetString(), StringComparison.Ordinal);
        });
    }

    [GeneratedRegex("superhero_[a-z_]+")]
    private static partial Regex Metric();
}
