using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Grains.Merge;

/// <summary>Whether and when the cluster merges games' files.</summary>
public sealed class MergeOptions
{
    /// <summary>MERGE_AFTER: games that ended longer ago than this are merged, and so often it is looked for them; 1 second to 31 days, and
    /// zero, the default, for never.</summary>
    [ConfigurationKeyName("MERGE_AFTER"), Description("how long after its end a game's files are merged into larger ones, such as 1h; 0 for never")]
    [Range(0, 2_678_400)]
    public TimeSpan After { get; set; }
}
