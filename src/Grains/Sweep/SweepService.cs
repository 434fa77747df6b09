using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;
using Superhero.Tables.Output;

namespace Superhero.Grains.Sweep;

/// <summary>Keeps the cluster's sweep running from every silo, and this silo's folders free of what died in them.</summary>
public sealed partial class SweepService(
    IGrainFactory grains, IOutputStore output, GameArchive archive, IOptions<SweepOptions> options, TimeProvider clock, ILogger<SweepService> logger)
    : BackgroundService
{
    // Far longer than a write takes.
    private static readonly TimeSpan TemporaryAge = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                output.RemoveTemporaryBefore(clock.GetUtcNow() - TemporaryAge);
                archive.RemoveTemporaryBefore(clock.GetUtcNow() - TemporaryAge);
                await grains.GetGrain<ISweepGrain>(0).Run();
            }
            catch (Exception exception)
            {
                LogFailed(exception.Reason(), exception.Unexpected());
            }

            await Task.Delay(options.Value.Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(311, LogLevel.Warning, "Could not reach the sweep; this silo retries: {Reason}")]
    private partial void LogFailed(string reason, Exception? bug);
}
