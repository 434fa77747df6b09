using System.Diagnostics;
using StackExchange.Redis;
using Superhero.Grains.Statistics;
using Superhero.Redis;
using Superhero.Tables.Compact;

namespace Superhero.Grains.Merge;

/// <summary>The right to merge an output, as Redis keeps it: a key that names its holder, who has to renew it. Whatever is put on record
/// names the holder too, and is refused in the same moment in which it is another one.</summary>
public sealed class RedisMergeLease : IMergeLease, IAsyncDisposable
{
    private const string Begin = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[2], ARGV[2]) return 1";

    // The games are counted in the same moment, and so once, whoever ends the merge. What else may be under the statistics' name hinders nothing.
    private const string End =
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('DEL', KEYS[2]) redis.pcall('HINCRBY', KEYS[3], 'merged', ARGV[2]) return 1";

    private const string Renew = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1";
    private const string Release = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1";

    private readonly IDatabase _redis;
    private readonly RedisKey _lease;
    private readonly RedisKey _record;
    private readonly RedisValue _holder;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _renewing;

    private RedisMergeLease(IDatabase redis, string output, RedisValue holder, TimeSpan duration)
    {
        (_redis, _lease, _record, _holder, _duration) = (redis, LeaseKey(output), RecordKey(output), holder, duration);

        // Beside whatever turns its holder takes.
        _renewing = Task.Run(RenewAsync);
    }

    /// <summary>For how long the right is another one's after its holder was last heard of.</summary>
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Tells when the right is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>The key that names the holder of the right.</summary>
    /// <param name="output">The output's folder or URI, by which all who merge it must call it.</param>
    public static RedisKey LeaseKey(string output) => $"superhero/merge/lease/{output}";

    /// <summary>The key of the merge that is on record.</summary>
    /// <param name="output">The output's folder or URI.</param>
    public static RedisKey RecordKey(string output) => $"superhero/merge/record/{output}";

    /// <summary>Takes the right, where it is free.</summary>
    /// <param name="redis">Redis.</param>
    /// <param name="output">The output's folder or URI.</param>
    /// <param name="name">Who takes it, for others to read.</param>
    /// <param name="duration">For how long it is kept between renewals; <see cref="Duration"/> where none is given.</param>
    /// <returns>The right; or null, and who has it.</returns>
    /// <exception cref="RedisException">Redis can't be reached.</exception>
    public static async Task<(RedisMergeLease? Lease, string Holder)> TryTakeAsync(IDatabase redis, string output, string name, TimeSpan? duration = null)
    {
        var holder = $"{name} {Guid.NewGuid():N}";
        if (await redis.StringSetAsync(LeaseKey(output), holder, duration ?? Duration, When.NotExists))
        {
            return (new RedisMergeLease(redis, output, holder, duration ?? Duration), holder);
        }

        var other = (string?)await redis.StringGetAsync(LeaseKey(output)) ?? "";
        return (null, other.Split(' ')[0]);
    }

    /// <inheritdoc />
    public async Task<MergePlan?> GetUnfinishedAsync()
    {
        var record = (string?)await AskAsync(_redis.StringGetAsync(_record));
        try
        {
            return record is null ? null : MergePlan.Parse(record);
        }
        catch (InvalidDataException)
        {
            // Nobody who merges has written it.
            return null;
        }
    }

    /// <inheritdoc />
    public async Task BeginAsync(MergePlan merge)
    {
        var write = ReplicaAcknowledgement.Begin(_redis.Multiplexer);
        await ActAsync(Begin, [_lease, _record], [_holder, merge.ToString()]);
        await AskAsync(write.CountsAsync());
    }

    /// <inheritdoc />
    public Task EndAsync(MergePlan merge) => ActAsync(End, [_lease, _record, StatisticsKeys.Merges], [_holder, merge.Games.Count]);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _lost.CancelAsync();
        await _renewing;
        _lost.Dispose();
        try
        {
            await _redis.ScriptEvaluateAsync(Release, [_lease], [_holder]);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It runs out by itself.
        }
    }

    private async Task RenewAsync()
    {
        var renewed = Stopwatch.GetTimestamp();
        while (true)
        {
            await Task.Delay(_duration / 6, _lost.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_lost.IsCancellationRequested)
            {
                return;
            }

            try
            {
                var asked = Stopwatch.GetTimestamp();
                if ((int)await _redis.ScriptEvaluateAsync(Renew, [_lease], [_holder, (long)_duration.TotalMilliseconds]) == 0)
                {
                    await _lost.CancelAsync();
                }

                renewed = asked;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                if (Stopwatch.GetElapsedTime(renewed) > _duration)
                {
                    await _lost.CancelAsync();
                }
            }
        }
    }

    private async Task ActAsync(string script, RedisKey[] keys, RedisValue[] arguments)
    {
        if ((int)await AskAsync(_redis.ScriptEvaluateAsync(script, keys, arguments)) == 0)
        {
            throw new IOException("The right to merge is another one's by now; it goes on from here.");
        }
    }

    private static async Task<T> AskAsync<T>(Task<T> asking)
    {
        await AskAsync((Task)asking);
        return await asking;
    }

    private static async Task AskAsync(Task asking)
    {
        try
        {
            await asking;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new IOException($"Redis keeps the right to merge, and can't be reached: {exception.Message}", exception);
        }
    }
}
