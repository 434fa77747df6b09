using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Grains.Compaction;

/// <summary>Whether and when the cluster compacts games.</summary>
public sealed class CompactionOptions
{
    /// <summary>The variable of <see cref="After"/>.</summary>
    public const string AfterVariable = "COMPACT_AFTER";

    /// <summary>COMPACT_AFTER: games that ended longer ago than this are compacted, and a pass runs as often; 1 second to 31 days, and
    /// zero, the default, for never.</summary>
    [ConfigurationKeyName(AfterVariable), Description("how long after its end a game moves into the Delta tables, such as 1h; 0 for never")]
    [Range(0, 2_678_400)]
    public TimeSpan After { get; set; }

    /// <summary>COMPACT_RETENTION: how long a part is kept after another one has replaced it, so that a long query can finish; 1 minute to 31
    /// days.</summary>
    [ConfigurationKeyName("COMPACT_RETENTION"), Description("how long a part stays after another one has replaced it, so that a long query can finish")]
    [Range(60, 2_678_400)]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);
}
