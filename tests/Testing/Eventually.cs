using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>Waits for conditions.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Returns once the condition holds; fails, saying what was waited for, when it never does.</summary>
    public static Task Holds(Func<bool> condition, Func<string> what) => Holds(() => Task.FromResult(condition()), what);

    /// <summary>The same, for a condition that takes time to look at.</summary>
    public static async Task Holds(Func<Task<bool>> condition, Func<string> what)
    {
        var waiting = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waiting.Elapsed > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for: {what()}");
            }

            await Task.Delay(50);
        }
    }
}
