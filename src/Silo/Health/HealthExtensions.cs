using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Superhero.Silo.Access;

namespace Superhero.Silo.Health;

/// <summary>Adds /health/live and /health/ready to a silo.</summary>
internal static class HealthExtensions
{
    public const string Path = "/health";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    public static IServiceCollection AddSiloHealth(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .AddCheck<RedisHealthCheck>("redis", timeout: Timeout)
            .AddCheck<ClusterHealthCheck>("cluster", timeout: Timeout)
            .AddCheck<OutputHealthCheck>("output", timeout: Timeout)
            .AddCheck<GamesHealthCheck>("games", timeout: Timeout)
            .AddCheck<CertificateHealthCheck>("certificates", timeout: Timeout);
        return services
            .AddSingleton<RedisHealthCheck>()
            .AddSingleton<OutputHealthCheck>()
            .AddSingleton<LatestHealth>()
            .AddSingleton<IHealthCheckPublisher>(container => container.GetRequiredService<LatestHealth>())
            .AddSingleton<IHealthCheckPublisher, HealthLog>()
            .Configure<HealthCheckPublisherOptions>(publisher => (publisher.Delay, publisher.Period) = (Delay, Period));
    }

    public static void MapSiloHealth(this WebApplication app)
    {
        app.MapHealthChecks($"{Path}/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteAsync }).AllowAnonymous();
        app.MapPage($"{Path}/ready", async context =>
        {
            var report = await context.RequestServices.GetRequiredService<LatestHealth>().GetAsync(context.RequestAborted);
            context.Response.StatusCode = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            context.Response.Headers.CacheControl = "no-store";
            await WriteAsync(context, report);
        }).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        Status = report.Status.ToString(),
        Checks = report.Entries.ToDictionary(
            entry => entry.Key, entry => entry.Value.Description ?? entry.Value.Status.ToString()),
    });
}
