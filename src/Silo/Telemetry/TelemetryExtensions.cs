using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Superhero.Grains.Games;
using Superhero.Grains.Metrics;

namespace Superhero.Silo.Telemetry;

/// <summary>Exports the project's and Orleans' metrics and traces by OpenTelemetry.</summary>
internal static class TelemetryExtensions
{
    /// <summary>The page that Prometheus reads.</summary>
    public const string Path = "/metrics";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] Sources = [GameMetrics.Name, "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime"];

    /// <summary>Adds metrics for Prometheus; where OpenTelemetry's standard variable names a collector, both it and traces.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var push = !string.IsNullOrEmpty(builder.Configuration[Endpoint]);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("superhero-orleans")
                .AddDetector(services => new SiloResource(services.GetRequiredService<IOptions<GameOptions>>())))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(GameMetrics.Name, "Microsoft.Orleans", "System.Runtime").AddPrometheusExporter();
                if (push)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (push)
        {
            telemetry.WithTracing(tracing => tracing.AddSource(Sources).AddOtlpExporter());
        }
    }

    private sealed class SiloResource(IOptions<GameOptions> options) : IResourceDetector
    {
        public Resource Detect() => new([new("service.instance.id", options.Value.HostName)]);
    }
}
