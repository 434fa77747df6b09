using Microsoft.Extensions.Options;

namespace Superhero.Tables.Output;

/// <summary>Says that a setting is not allowed, where that shows only once its service is connected to.</summary>
internal static class NotAllowed
{
    /// <summary>An exception whose message is one line fit for the terminal.</summary>
    public static OptionsValidationException Value<TOptions>(string variable, string? value, string allowed) =>
        new(variable, typeof(TOptions), [$"{variable}: '{value}' is not allowed; set it to {allowed}."]);
}
