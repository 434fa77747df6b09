using System.Collections.Concurrent;
using System.Text.Json;
using StackExchange.Redis;
using Superhero.Silo.Subscriber;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Telemetry;

/// <summary>Three silos that export all they can, and have done the games of a recording.</summary>
public sealed class WatchedCluster : IAsyncLifetime
{
    public Collector Collector { get; } = new();

    public SiloCluster Silos { get; private set; } = null!;

    /// <summary>How many games there were.</summary>
    public int Games { get; private set; }

    /// <summary>What was published on the silos' own channels.</summary>
    public ConcurrentQueue<(string Channel, JsonElement Line)> Log { get; } = [];

    public async ValueTask InitializeAsync()
    {
        var recording = Recording.Read("ordinary");
        Games = recording.Games.Count(game => game.Completed);
        Silos = await SiloCluster.StartAsync(
            3,
            ("CLEAN_ROUTINE", "yes"),
            ("REDIS_EXPIRY", "0"),
            ("LOGGER_MODULE", "redis"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", Collector.Endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"));
        await Silos.Redis.Connection.GetSubscriber().SubscribeAsync(
            RedisChannel.Pattern("superhero.*"),
            (channel, message) => Log.Enqueue((
                channel.ToString(), JsonSerializer.Deserialize<JsonElement>(JsonSerializer.Deserialize<string>((string)message!)!))));

        // A game that changes hands while it is in work is begun by two.
        await Task.Delay(PartitionOwnership.SettlingTime + TimeSpan.FromSeconds(1));
        await recording.LoadAsync(Silos.Redis.Database);
        await recording.PublishAsync(Silos.Redis.Connection.GetSubscriber());
        await Eventually.HoldsAsync(() => Silos.Files("GAME_PODIUM").Length == Games, () => $"{Games} games");
    }

    public async ValueTask DisposeAsync()
    {
        await Silos.DisposeAsync();
        Collector.Dispose();
    }
}
