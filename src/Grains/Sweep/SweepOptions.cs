using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Grains.Sweep;

/// <summary>How the sweep runs.</summary>
public sealed class SweepOptions
{
    /// <summary>SWEEP_INTERVAL: the time between two passes, and the least time for which a game is left alone after it was first
    /// seen finished; 1 to 86,400 whole seconds.</summary>
    [ConfigurationKeyName("SWEEP_INTERVAL"), Description("seconds between two looks for finished games that no message announced")]
    [Range(1, 86_400)]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);
}
