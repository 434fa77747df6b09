namespace Superhero.Grains.Tests.Games;

/// <summary>Who takes a step, in their order: an attempt takes at most four, which are begin, two files, and end. One that takes
/// fewer has died, or stands still.</summary>
/// <param name="Steps">The attempts' numbers.</param>
/// <param name="Failures">For each attempt, at which of its files the disk fails it, from 1; 0 for none.</param>
/// <param name="Disturbance">What happens beside the attempts, once.</param>
/// <param name="Before">Before which step that happens, from 0.</param>
internal sealed record Schedule(
    IReadOnlyList<int> Steps, IReadOnlyList<int> Failures, Disturbance Disturbance = Disturbance.None, int Before = -1)
{
    /// <summary>How many attempts there are at a game.</summary>
    public const int Attempts = 3;

    private const int Begin = 1, End = 1;

    /// <summary>Every schedule; those are left out that are another one with the attempts renamed.</summary>
    /// <param name="failing">Whether disks fail, too.</param>
    public static IEnumerable<Schedule> All(bool failing)
    {
        int[] choices = failing ? [0, 1, 2] : [0];
        return from one in choices
               from two in choices
               from three in choices
               let failures = new[] { one, two, three }
               from steps in Interleavings([], [.. failures.Select(StepsOf)])
               where IsFirstOfItsKind(steps, failures)
               select new Schedule(steps, failures);
    }

    /// <summary>Every schedule of two attempts, with a disturbance before each step and after the last one.</summary>
    public static IEnumerable<Schedule> AllDisturbed(Disturbance disturbance) =>
        from schedule in All(failing: false)
        where schedule.Steps.All(step => step < 2)
        from before in Enumerable.Range(0, schedule.Steps.Count + 1)
        select schedule with { Disturbance = disturbance, Before = before };

    public override string ToString() =>
        $"steps {string.Join(", ", Steps)}; disks that fail {string.Join(", ", Failures)}; {Disturbance} before {Before}";

    private static int StepsOf(int failure) => Begin + (failure == 0 ? 2 : failure) + End;

    private static IEnumerable<int[]> Interleavings(int[] taken, int[] left)
    {
        yield return taken;
        for (var attempt = 0; attempt < left.Length; attempt++)
        {
            if (left[attempt] > 0)
            {
                int[] rest = [.. left];
                rest[attempt]--;
                foreach (var more in Interleavings([.. taken, attempt], rest))
                {
                    yield return more;
                }
            }
        }
    }

    // Attempts are told apart by when they take their first step.
    private static bool IsFirstOfItsKind(int[] steps, int[] failures) =>
        steps.Distinct().SequenceEqual(Enumerable.Range(0, steps.Distinct().Count()))
        && failures.Skip(steps.Distinct().Count()).All(failure => failure == 0);
}

/// <summary>What may happen to a game beside the attempts at it.</summary>
internal enum Disturbance
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The times of its record lie an hour further ahead, as Redis' clock steps back or an earlier release's clock is fast.</summary>
    TimesAhead,

    /// <summary>They lie an hour back.</summary>
    TimesBehind,

    /// <summary>Its record is gone.</summary>
    RecordVanishes,

    /// <summary>It is done, its record has expired, and another game has its token.</summary>
    TokenIsUsedAgain,
}
