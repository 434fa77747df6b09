using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>Waits for conditions.</summary>
public static class Eventually
{
    /// <summary>How long a test waits for anything: 90 seconds, as machines may be busy.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>Returns once the condition holds; fails, saying what was waited for, when it never does.</summary>
    public static Task HoldsAsync(Func<bool> condition, Func<string> what) => HoldsAsync(() => Task.FromResult(condition()), what);

    /// <summary>The same, for a condition that takes time to look at.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var waiting = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waiting.Elapsed > Limit)
            {
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s for: {what()}");
            }

            await Task.Delay(50);
        }
    }
}
