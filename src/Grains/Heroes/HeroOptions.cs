namespace Superhero.Grains.Heroes;

/// <summary>How the table of heroes is kept.</summary>
public sealed class HeroOptions
{
    /// <summary>The time between two looks at the collection: a minute.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);
}
