using Microsoft.Extensions.Options;

namespace Superhero.Settings;

/// <summary>A setting has a value that is not allowed. Its message is one line fit for the terminal.</summary>
/// <param name="variable">The variable's name.</param>
/// <param name="value">The value it has.</param>
/// <param name="allowed">What would be allowed, in words.</param>
public sealed class SettingException(string variable, string value, string allowed)
    : OptionsValidationException(variable, typeof(Setting), [Line(variable, value, allowed)])
{
    /// <summary>The same line, for a validator of options.</summary>
    public static string Line(string variable, string value, string allowed) => $"{variable}: '{value}' is not allowed; set it to {allowed}.";
}
