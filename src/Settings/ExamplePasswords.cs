using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Superhero.Settings;

/// <summary>Whether secrets may be the password that the project's examples have, and that everyone knows.</summary>
public sealed class ExamplePasswords
{
    /// <summary>The password of the examples.</summary>
    public const string Password = "change-me";

    /// <summary>ALLOW_EXAMPLE_PASSWORDS: whether a secret may be <see cref="Password"/>.</summary>
    [ConfigurationKeyName("ALLOW_EXAMPLE_PASSWORDS"), Description("whether a password may be change-me, the one of the examples; for a trial only")]
    public bool AreAllowed { get; set; }

    /// <summary>Whether the configuration allows it.</summary>
    internal static bool Allows(IConfiguration configuration)
    {
        var options = new ExamplePasswords();
        Setting.Of(typeof(ExamplePasswords)).Single().Bind(options, configuration);
        return options.AreAllowed;
    }
}
