using Superhero.Tables.Parquet;

namespace Superhero.Tables.Files;

/// <summary>A period of time, by the end of which games belong to it or not.</summary>
/// <param name="Since">Its first moment, in UTC; null for no such bound.</param>
/// <param name="Until">The first moment after it; null for no such bound.</param>
public sealed record Period(DateTimeOffset? Since, DateTimeOffset? Until)
{
    /// <summary>All of time.</summary>
    public static readonly Period Always = new(null, null);

    /// <summary>A day, in UTC.</summary>
    public static Period Of(DateOnly day) => new(StartOf(day), EndOf(day));

    /// <summary>All that was before a moment.</summary>
    public static Period Before(DateTimeOffset moment) => new(null, moment);

    /// <summary>The first moment of a day, in UTC.</summary>
    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>The first moment after a day, in UTC; null where time ends with it.</summary>
    public static DateTimeOffset? EndOf(DateOnly day) => day == DateOnly.MaxValue ? null : StartOf(day.AddDays(1));

    /// <summary>Whether a time lies in it; one that is not known does where it has no beginning.</summary>
    public bool Contains(Time time) => time.Moment is { } moment
        ? (Since is null || moment >= Since) && (Until is null || moment < Until)
        : Since is null;

    /// <summary>Whether a partition has games of it, if any.</summary>
    public bool Overlaps(Partition partition) => partition.Day is { } day
        ? (Since is null || EndOf(day) is not { } end || end > Since) && (Until is null || StartOf(day) < Until)
        : Since is null;
}
