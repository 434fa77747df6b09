using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Superhero.Silo.Access;

namespace Superhero.Silo.Statistics;

/// <summary>Adds the page at / to a silo.</summary>
internal static partial class StatisticsExtensions
{
    // All of it is in one file, so that it works where there is no internet.
    private static readonly byte[] Page = ReadPage();

    public static IServiceCollection AddStatistics(this IServiceCollection services) => services.AddSingleton<GameStatistics>();

    public static void MapStatistics(this WebApplication app)
    {
        app.MapPage("/", context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";
            return context.Response.Body.WriteAsync(Page, 0, Page.Length, context.RequestAborted);
        });
        app.MapPage("/statistics", async context => await context.Response.WriteAsJsonAsync(
            await context.RequestServices.GetRequiredService<GameStatistics>().ViewAsync(context.RequestAborted),
            StatisticsJson.Default.StatisticsView,
            cancellationToken: context.RequestAborted));

        // Whoever looks first is not to wait until all that is needed for it is compiled.
        app.Lifetime.ApplicationStarted.Register(() => _ = RehearseAsync(app.Services.GetRequiredService<GameStatistics>()));
    }

    private static async Task RehearseAsync(GameStatistics statistics) => await JsonSerializer.SerializeAsync(
        Stream.Null, await statistics.ViewAsync(CancellationToken.None), StatisticsJson.Default.StatisticsView);

    private static byte[] ReadPage()
    {
        using var page = typeof(StatisticsExtensions).Assembly.GetManifestResourceStream("statistics.html")!;
        using var bytes = new MemoryStream();
        page.CopyTo(bytes);
        return bytes.ToArray();
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(StatisticsView))]
    private sealed partial class StatisticsJson : JsonSerializerContext;
}
