using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Superhero.Simulator.Heroes;

/// <summary>How to ask the public Super Hero API.</summary>
public sealed class SuperheroApiOptions
{
    /// <summary>API_TOKEN: the token to ask with.</summary>
    [ConfigurationKeyName("API_TOKEN"), Description("for --pull: a token of the Super Hero API"), PasswordPropertyText(true)]
    public string? Token { get; set; }
}
