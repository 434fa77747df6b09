using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Superhero.Settings;

/// <summary>Finds options in services.</summary>
public static class OptionsExtensions
{
    /// <summary>The options of a type.</summary>
    /// <exception cref="OptionsValidationException">A setting is not allowed.</exception>
    public static TOptions Options<TOptions>(this IServiceProvider services)
        where TOptions : class => services.GetRequiredService<IOptions<TOptions>>().Value;
}
