using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Configuration;
using Superhero.Grains.Metrics;
using Superhero.Settings;

namespace Superhero.Silo.Telemetry;

/// <summary>Exports the project's and Orleans' metrics and traces by OpenTelemetry.</summary>
internal static class TelemetryExtensions
{
    /// <summary>The page that Prometheus reads.</summary>
    public const string Path = "/metrics";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private static readonly string[] Sources = [GameMetrics.Name, "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime"];

    /// <summary>Adds metrics for Prometheus; where OpenTelemetry's standard variables name a collector, both it and traces.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        // What the standard variables say of the service goes before what is said here.
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService("superhero-orleans")
                .AddDetector(services => new SiloResource(services.GetRequiredService<IOptions<SiloOptions>>()))
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(GameMetrics.Name, "Microsoft.Orleans", "System.Runtime").AddPrometheusExporter();
                if (Pushes(MetricsEndpoint))
                {
                    metrics.AddOtlpExporter(exporter => SetEndpoint(exporter, MetricsEndpoint));
                }
            });
        if (Pushes(TracesEndpoint))
        {
            telemetry.WithTracing(tracing => tracing.AddSource(Sources).AddOtlpExporter(exporter => SetEndpoint(exporter, TracesEndpoint)));
        }

        bool Pushes(string endpoint) => !string.IsNullOrEmpty(builder.Configuration[endpoint]) || !string.IsNullOrEmpty(builder.Configuration[Endpoint]);

        // The exporter itself reads the one for all signals.
        void SetEndpoint(OtlpExporterOptions exporter, string variable)
        {
            if (builder.Configuration[variable] is { Length: > 0 } endpoint)
            {
                exporter.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
                    : throw new SettingException(variable, endpoint, "the collector's address, which begins with http:// or https://");
            }
        }
    }

    // Silos may share a host.
    private sealed class SiloResource(IOptions<SiloOptions> options) : IResourceDetector
    {
        public Resource Detect() => new([new("service.instance.id", options.Value.SiloName)]);
    }
}
