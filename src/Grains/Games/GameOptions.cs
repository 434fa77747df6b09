using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Grains.Games;

/// <summary>How a silo processes games.</summary>
public sealed class GameOptions
{
    /// <summary>HOSTNAME: the silo's host name, a part of the names of its files.</summary>
    [ConfigurationKeyName("HOSTNAME"), Description("this silo's name, a part of its files' names"), DefaultValue("the machine's")]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9._-]{0,199}", ErrorMessage = "at most 200 letters, digits, dots, hyphens and underscores, a letter or digit first")]
    public string HostName { get; set; } = Environment.MachineName;

    /// <summary>CLEAN_ROUTINE: whether the keys of done games leave Redis.</summary>
    [ConfigurationKeyName("CLEAN_ROUTINE"), Description("whether the keys of done games leave Redis")]
    public bool Clean { get; set; }

    /// <summary>REDIS_EXPIRY: how long players may still read the keys of a done game, 0 to 31,536,000 whole seconds.</summary>
    [ConfigurationKeyName("REDIS_EXPIRY"), Description("seconds for which players may still read them")]
    [Range(0, 31_536_000)]
    public TimeSpan Expiry { get; set; } = TimeSpan.FromSeconds(30);
}
