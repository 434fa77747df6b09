using Microsoft.Extensions.DependencyInjection;

namespace Superhero.Tables.Output;

/// <summary>Adds the output store to services.</summary>
public static class OutputServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="IOutputStore"/> that OUTPUT_URI or OUTPUT_DIR names, and <see cref="OutputStores"/> for
    /// others.</summary>
    public static IServiceCollection AddOutputStore(this IServiceCollection services) => services
        .AddSingleton<OutputStores>()
        .AddSingleton(container => new ObservedOutputStore(container.GetRequiredService<OutputStores>().OpenDefault(), container.GetRequiredService<TimeProvider>()))
        .AddSingleton<IOutputStore>(container => container.GetRequiredService<ObservedOutputStore>());
}
