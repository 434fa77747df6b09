using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;

namespace Superhero.Grains.Compaction;

/// <summary>Keeps the cluster's compaction running from every silo, if COMPACT_AFTER is set.</summary>
public sealed partial class CompactionService(IGrainFactory grains, IOptions<CompactionOptions> options, TimeProvider clock, ILogger<CompactionService> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var after = options.Value.After;
        while (after > TimeSpan.Zero && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await grains.GetGrain<ICompactionGrain>(0).Run();
            }
            catch (Exception exception)
            {
                LogFailed(exception.Reason(), exception.Unexpected());
            }

            await Task.Delay(after < LongestInterval ? after : LongestInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(351, LogLevel.Warning, "Could not reach the compaction grain; the next call follows: {Reason}")]
    private partial void LogFailed(string reason, Exception? bug);
}
