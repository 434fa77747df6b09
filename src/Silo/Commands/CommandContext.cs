using Microsoft.Extensions.Configuration;
using Spectre.Console;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Tables.Output;

namespace Superhero.Silo.Commands;

/// <summary>The surroundings of a command: the settings that it shares with a silo, and the writers that it prints to.</summary>
/// <param name="settings">The settings.</param>
/// <param name="output">Receives results.</param>
/// <param name="error">Receives errors and progress.</param>
public sealed class CommandContext(IConfiguration settings, TextWriter output, TextWriter error) : IDisposable
{
    // A pipe has no width. A program that reads the output could not parse a table that is wrapped to some default.
    private const int RedirectedWidth = 200;

    private readonly Lazy<ServiceProvider> _services = new(() => SiloSettings.All
        .AddTo(new ServiceCollection(), settings)
        .AddLogging()
        .AddSingleton<TimeProvider>(SteadyClock.Instance)
        .AddOutputStore()
        .BuildServiceProvider());

    /// <summary>The surroundings of a command that runs as this process: its environment variables and its console.</summary>
    public static CommandContext OfProcess() => new(SettingsGroup.Environment, Console.Out, Console.Error);

    /// <summary>The settings.</summary>
    public IConfiguration Settings => settings;

    /// <summary>The writer for results.</summary>
    public TextWriter Out => output;

    /// <summary>The writer for errors and progress.</summary>
    public TextWriter Error => error;

    /// <summary>Ends the process at once. Another host of the silo may replace it, so that its own process survives.</summary>
    public Action<int> Exit { get; init; } = Environment.Exit;

    /// <summary>The console for tables of results.</summary>
    internal IAnsiConsole OutConsole => CreateConsole(output);

    /// <summary>The console for progress.</summary>
    internal IAnsiConsole ErrorConsole => CreateConsole(error);

    /// <summary>The places of the tables.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is not allowed.</exception>
    internal OutputStores Stores => _services.Value.GetRequiredService<OutputStores>();

    /// <summary>The settings of Redis.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is not allowed.</exception>
    internal RedisOptions Redis => Options<RedisOptions>();

    /// <summary>The settings of one options class.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is not allowed.</exception>
    internal TOptions Options<TOptions>()
        where TOptions : class => _services.Value.Options<TOptions>();

    /// <inheritdoc />
    public void Dispose()
    {
        if (_services.IsValueCreated)
        {
            _services.Value.Dispose();
        }
    }

    // Without the explicit "No", the variables of a CI service would put colours into a file.
    private static IAnsiConsole CreateConsole(TextWriter writer)
    {
        var terminal = new AnsiConsoleOutput(writer);
        if (terminal.IsTerminal)
        {
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = terminal });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = terminal,
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = RedirectedWidth;
        return console;
    }
}
