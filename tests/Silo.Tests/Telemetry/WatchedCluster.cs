using System.Collections.Concurrent;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Telemetry;

/// <summary>Three silo processes that have processed the games of a recording. Two export metrics and traces to a collector; the third
/// exports only traces, to a collector of its own, under another name of the service.</summary>
public sealed class WatchedCluster : IAsyncLifetime
{
    public Collector Collector { get; } = new();

    public Collector Traces { get; } = new();

    /// <summary>The spans that all silos have exported.</summary>
    public IEnumerable<ExportedSpan> Spans => Collector.Spans.Concat(Traces.Spans);

    public SiloCluster Silos { get; private set; } = null!;

    /// <summary>The number of games that the silos have loaded.</summary>
    public int Games { get; private set; }

    /// <summary>The log lines that the silos have published.</summary>
    public ConcurrentQueue<(string Channel, JsonElement Line)> Log { get; } = [];

    public async ValueTask InitializeAsync()
    {
        var recording = Recording.Read("ordinary");
        Games = recording.Games.Count(game => game.Completed);
        Silos = SiloCluster.On(
            await RealRedis.StartAsync(),
            [
                .. ClusterBase.Cleaning, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
                ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ]);
        Silos.Launch(("LOGGER_MODULE", "redis"), ("OTEL_EXPORTER_OTLP_ENDPOINT", Collector.Endpoint));
        Silos.Launch(("LOGGER_MODULE", "redis"), ("OTEL_EXPORTER_OTLP_ENDPOINT", Collector.Endpoint));
        Silos.Launch(
            ("LOGGER_MODULE", "redis"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{Traces.Endpoint}v1/traces"), ("OTEL_SERVICE_NAME", "heroes"));
        await Silos.WaitUntilListeningAsync(3);
        await Silos.Redis.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Pattern("superhero.*"),
            (channel, message) => Log.Enqueue((
                channel.ToString(), JsonSerializer.Deserialize<JsonElement>(JsonSerializer.Deserialize<string>((string)message!)!))));

        // The owner of a game changes until all silos have settled, and two silos may begin a game whose owner changes.
        await Task.Delay(PartitionOwnership.SettlingTime + TimeSpan.FromSeconds(1));
        await recording.LoadAsync(Silos.Redis.Database);
        await recording.PublishAsync(Silos.Redis.Connection.GetSubscriber());
        await Eventually.HoldsAsync(() => Silos.Files("GAME_PODIUM").Length == Games, () => $"{Games} games. {Silos.Describe()}");
    }

    public async ValueTask DisposeAsync()
    {
        await Silos.DisposeAsync();
        Collector.Dispose();
        Traces.Dispose();
    }
}
