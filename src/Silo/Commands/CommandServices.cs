using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>What commands need of the settings that they share with a silo.</summary>
internal static class CommandServices
{
    private static readonly ServiceProvider Services = SiloSettings.All
        .AddTo(new ServiceCollection(), SettingsGroup.Environment)
        .AddLogging()
        .AddSingleton<TimeProvider>(SteadyClock.Instance)
        .AddOutputStore()
        .BuildServiceProvider();

    public static OutputStores Stores => Services.GetRequiredService<OutputStores>();

    public static RedisOptions Redis => Options<RedisOptions>();

    public static TOptions Options<TOptions>()
        where TOptions : class => Services.Options<TOptions>();
}
