using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Superhero.Silo.Access;
using Superhero.Silo.Health;
using Superhero.Silo.Network;

namespace Superhero.Silo.Hosting;

/// <summary>Waits for what a silo needs before it starts. If that takes longer than a moment, the log says so, and health checks are
/// answered meanwhile: the silo is alive, but not ready.</summary>
/// <param name="silo">The services of the silo.</param>
/// <param name="logger">Receives the lines.</param>
internal sealed partial class StartingPage(IServiceProvider silo, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private WebApplication? _app;
    private string _place = "";

    /// <summary>Waits for a place to answer.</summary>
    /// <param name="place">What is waited for, such as the output folder.</param>
    /// <param name="answer">Ends when it answers.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task WaitAsync(string place, Task answer, CancellationToken cancellationToken)
    {
        try
        {
            await answer.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException) when (!answer.IsFaulted)
        {
            _place = place;
            _app ??= await ListenAsync(cancellationToken);
            LogWaiting(place);
            await answer.WaitAsync(cancellationToken);
            LogAnswered(place);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<WebApplication> ListenAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", "--urls="]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(silo.GetRequiredService<IOptions<PageOptions>>());
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForPages(silo.GetRequiredService<SiloPorts>().Http));
        var app = builder.Build();
        app.MapPage($"{HealthExtensions.Path}/live", context => context.Response.WriteAsJsonAsync(new { Status = "Healthy" }));
        app.MapPage($"{HealthExtensions.Path}/ready", context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsJsonAsync(new { Status = "Unhealthy", Checks = new { Start = $"waiting for {_place}" } });
        });
        await app.StartAsync(cancellationToken);
        return app;
    }

    [LoggerMessage(606, LogLevel.Information, "Waiting for {Place}, which does not answer")]
    private partial void LogWaiting(string place);

    [LoggerMessage(607, LogLevel.Information, "{Place} answered; this silo starts")]
    private partial void LogAnswered(string place);
}
