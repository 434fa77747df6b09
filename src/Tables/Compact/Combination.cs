using Superhero.Tables.Delta;
using Superhero.Tables.Files;

namespace Superhero.Tables.Compact;

/// <summary>Parts of one day that become one.</summary>
/// <param name="Partition">The day.</param>
/// <param name="Files">The parts.</param>
public sealed record Combination(Partition Partition, IReadOnlyList<AddedFile> Files)
{
    /// <summary>How many rows a part has at most that is combined.</summary>
    public const long MaxRows = 1_000_000;

    /// <summary>The parts to combine: of the days that are over, those that fit together into a part of at most <see cref="MaxRows"/>
    /// rows. What was combined once is combined again only if it has room for later parts.</summary>
    /// <param name="snapshot">The table.</param>
    /// <param name="today">The first day that is not over.</param>
    /// <param name="maxRows">How many rows a part has at most.</param>
    public static IEnumerable<Combination> Of(Snapshot snapshot, DateOnly today, long maxRows = MaxRows)
    {
        foreach (var day in snapshot.Files.GroupBy(file => file.Partition).Where(day => day.Key.Day is null || day.Key.Day < today).OrderBy(day => day.Key.Day))
        {
            List<AddedFile> some = [];
            var rows = 0L;
            foreach (var file in day.Select(file => (File: file, file.Rows)).Where(file => file.Rows > 0).OrderBy(file => file.Rows).ThenBy(file => file.File.Path, StringComparer.Ordinal))
            {
                if (rows + file.Rows > maxRows)
                {
                    if (some.Count > 1)
                    {
                        yield return new Combination(day.Key, some);
                    }

                    (some, rows) = ([], 0);
                }

                some.Add(file.File);
                rows += file.Rows;
            }

            if (some.Count > 1)
            {
                yield return new Combination(day.Key, some);
            }
        }
    }
}
