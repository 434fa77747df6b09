using StackExchange.Redis;
using Superhero.Grains.Merge;
using Superhero.Redis;
using Superhero.Tables.Compact;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>The right of a command to merge an output. Redis keeps it; a folder has a lock beside that, which is enough where Redis can't be
/// reached.</summary>
internal sealed class MergeRight : IAsyncDisposable
{
    // A little longer than a silo that died keeps it.
    private static readonly TimeSpan Patience = RedisMergeLease.Duration + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private ConnectionMultiplexer? _redis;
    private RedisMergeLease? _lease;

    private MergeRight()
    {
    }

    /// <summary>The right.</summary>
    public IMergeLease Lease => _lease is { } lease ? lease : new NoMergeLease();

    /// <summary>Tells when it is lost.</summary>
    public CancellationToken Lost => _lease?.Lost ?? CancellationToken.None;

    /// <summary>Takes it, and waits for a while where another one has it.</summary>
    /// <exception cref="IOException">Another one has it; or it is that of a bucket, and Redis can't be reached.</exception>
    public static async Task<MergeRight> TakeAsync(IOutputStore store, RedisOptions options, CancellationToken cancellationToken)
    {
        var right = new MergeRight();
        try
        {
            right._redis = await ConnectionMultiplexer.ConnectAsync(options.ToConfiguration());
            right._lease = await TakeAsync(right._redis.GetDatabase(), store.ToString()!, cancellationToken);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            await right.DisposeAsync();
            right = store.LocalFolder is not null
                ? new MergeRight()
                : throw new IOException($"Redis at {options} can't be reached, and it alone keeps two from merging {store} at once.");
        }
        catch
        {
            await right.DisposeAsync();
            throw;
        }

        return right;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_lease is not null)
        {
            await _lease.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }

    private static async Task<RedisMergeLease> TakeAsync(IDatabase redis, string output, CancellationToken cancellationToken)
    {
        var patience = Task.Delay(Patience, cancellationToken);
        while (true)
        {
            var (lease, holder) = await RedisMergeLease.TryTakeAsync(redis, output, $"compact@{Environment.MachineName}");
            if (lease is not null)
            {
                return lease;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (patience.IsCompleted)
            {
                throw new IOException($"{holder} merges {output} just now; run it again later.");
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }
}
