using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Logging;

namespace Superhero.Grains.Merge;

/// <summary>Keeps the cluster's merging running from every silo, where MERGE_AFTER is set.</summary>
public sealed partial class MergeService(IGrainFactory grains, IOptions<MergeOptions> options, TimeProvider clock, ILogger<MergeService> logger)
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
                await grains.GetGrain<IMergeGrain>(0).Run();
            }
            catch (Exception exception)
            {
                LogFailed(exception.Reason(), exception.Unexpected());
            }

            await Task.Delay(after < LongestInterval ? after : LongestInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(351, LogLevel.Warning, "The merging can't be reached, which is tried again: {Reason}")]
    private partial void LogFailed(string reason, Exception? bug);
}
