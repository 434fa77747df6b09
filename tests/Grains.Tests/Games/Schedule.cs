namespace Superhero.Grains.Tests.Games;

/// <summary>The order in which attempts take their steps. An attempt takes at most four: begin, two files, and end. An attempt that
/// takes fewer has died or is paused.</summary>
/// <param name="Steps">The number of the attempt that takes each step.</param>
/// <param name="Failures">The file at which the disk fails each attempt, from 1; 0 for none.</param>
/// <param name="Disturbance">The event outside the attempts that happens once.</param>
/// <param name="Before">The step before which it happens, from 0.</param>
internal sealed record Schedule(
    IReadOnlyList<int> Steps, IReadOnlyList<int> Failures, Disturbance Disturbance = Disturbance.None, int Before = -1)
{
    /// <summary>How many attempts there are at a game.</summary>
    public const int Attempts = 3;

    private const int Begin = 1, End = 1;

    /// <summary>Whether it stands for all schedules that differ only in which of two attempts writes a file first.</summary>
    public bool IsRepresentative => !Enumerable.Range(1, Math.Max(0, Steps.Count - 1)).Any(i => Steps[i] < Steps[i - 1] && IsFile(i) && IsFile(i - 1));

    /// <summary>Every schedule, except for those that are another one with the attempts renamed.</summary>
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

    private bool IsFile(int step)
    {
        var taken = Steps.Take(step).Count(attempt => attempt == Steps[step]);
        return taken >= Begin && taken < StepsOf(Failures[Steps[step]]) - End;
    }

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

    // Attempts are numbered by their first steps.
    private static bool IsFirstOfItsKind(int[] steps, int[] failures) =>
        steps.Distinct().SequenceEqual(Enumerable.Range(0, steps.Distinct().Count()))
        && failures.Skip(steps.Distinct().Count()).All(failure => failure == 0);
}

/// <summary>The events outside the attempts that can happen to a game.</summary>
internal enum Disturbance
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The times of its record move an hour ahead, as if Redis' clock had stepped back.</summary>
    TimesAhead,

    /// <summary>The times of its record move an hour back, as if Redis' clock had stepped ahead.</summary>
    TimesBehind,

    /// <summary>Its record vanishes.</summary>
    RecordVanishes,

    /// <summary>It is loaded, its record expires, and another game has its token.</summary>
    TokenIsUsedAgain,
}
