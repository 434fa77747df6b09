using System.Diagnostics;
using StackExchange.Redis;

namespace Superhero.Testing;

/// <summary>Waits for conditions.</summary>
public static class Eventually
{
    /// <summary>How long a test waits for anything: 90 seconds, because machines may be busy.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Returns when the condition holds; fails if it does not in time, and says what it waited for.</summary>
    public static Task HoldsAsync(Func<bool> condition, Func<string> what) => HoldsAsync(() => Task.FromResult(condition()), what);

    /// <summary>The same for a condition that takes time. It does not hold while Redis does not answer.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var waiting = Stopwatch.StartNew();
        Exception? last = null;
        while (true)
        {
            try
            {
                if (await condition().WaitAsync(Limit))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                last = exception;
            }

            if (waiting.Elapsed > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s for: {what()}", last);
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Repeats a command until Redis has done it, because a failover breaks connections.</summary>
    public static Task SucceedsAsync(Func<Task> command, Func<string> what) => HoldsAsync(
        async () =>
        {
            await command();
            return true;
        },
        what);
}
