using System.ComponentModel.DataAnnotations;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Superhero.Settings;

/// <summary>The settings that a program reads: its options classes, each of which declares some of them.</summary>
public sealed class SettingsGroup
{
    private const int Column = 34;
    private const int Width = 120;

    private readonly List<Action<IServiceCollection, IConfiguration>> _registrations = [];
    private readonly List<Setting> _settings = [];

    /// <summary>All of them, in the order in which people should read of them.</summary>
    public IReadOnlyList<Setting> Settings => _settings;

    /// <summary>The names of all variables that the program reads, those of files with secrets too.</summary>
    public IEnumerable<string> Variables => _settings.SelectMany(setting => new[] { setting.Variable, setting.FileVariable }).OfType<string>();

    /// <summary>The configuration of this process: its environment variables.</summary>
    public static IConfiguration Environment { get; } = new ConfigurationBuilder().AddEnvironmentVariables().Build();

    /// <summary>Adds the settings of an options class.</summary>
    /// <param name="validators">What looks at several of them together.</param>
    public SettingsGroup Add<TOptions>(params IValidateOptions<TOptions>[] validators)
        where TOptions : class => Add((_, _) => { }, validators);

    /// <summary>Adds the settings of an options class that depend on others.</summary>
    /// <param name="complete">Lets the options know of those.</param>
    /// <param name="validators">What looks at several of them together.</param>
    public SettingsGroup Add<TOptions>(Action<TOptions, IConfiguration> complete, params IValidateOptions<TOptions>[] validators)
        where TOptions : class
    {
        var settings = Setting.Of(typeof(TOptions));
        _settings.AddRange(settings);
        _registrations.Add((services, configuration) =>
        {
            Array.ForEach(validators, validator => services.AddSingleton(validator));
            services.AddOptions<TOptions>()
                .Configure(options => Bind(options, settings, configuration))
                .PostConfigure(options => complete(options, configuration))
                .ValidateOnStart();
        });
        return this;
    }

    /// <summary>Registers the options classes, which are validated when the host starts, or by
    /// <see cref="IStartupValidator"/> before.</summary>
    public IServiceCollection AddTo(IServiceCollection services, IConfiguration configuration)
    {
        _registrations.ForEach(register => register(services, configuration));
        return services;
    }

    /// <summary>Reads all of them, for a program without a host.</summary>
    /// <returns>Services that hold the options.</returns>
    /// <exception cref="OptionsValidationException">One of them is not allowed.</exception>
    public IServiceProvider Read(IConfiguration configuration)
    {
        var services = AddTo(new ServiceCollection(), configuration).BuildServiceProvider();
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return services;
        }
        catch (AggregateException exception)
        {
            throw NotAllowed([.. exception.InnerExceptions.Cast<OptionsValidationException>()]);
        }
    }

    /// <summary>What --help says of them: a line or more each, with the default behind the name.</summary>
    public string Help()
    {
        var text = new StringBuilder();
        foreach (var setting in _settings)
        {
            var name = setting.Default is null ? setting.Variable : $"{setting.Variable}={setting.Default}";
            var description = setting.IsSecret ? $"{setting.Description}; or {setting.FileVariable}, a file that holds it" : setting.Description;
            var line = name.Length < Column - 1 ? name.PadRight(Column) : $"{name}\n{new string(' ', Column)}";
            foreach (var word in description.Split(' '))
            {
                if (line.Length - line.LastIndexOf('\n') + word.Length > Width - 2)
                {
                    line = $"{line.TrimEnd()}\n{new string(' ', Column)}";
                }

                line += $"{word} ";
            }

            text.Append(line.TrimEnd()).Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    private static void Bind(object options, IReadOnlyList<Setting> settings, IConfiguration configuration)
    {
        List<OptionsValidationException> wrong = [];
        foreach (var setting in settings)
        {
            try
            {
                setting.Bind(options, configuration);
            }
            catch (SettingException exception)
            {
                wrong.Add(exception);
            }
        }

        if (wrong.Count == 0 && options is IValidatableObject together)
        {
            wrong.AddRange(together.Validate(new ValidationContext(options)).Select(result => settings
                .Single(setting => setting.Property == result.MemberNames.Single()).NotAllowed(options, result.ErrorMessage!)));
        }

        if (wrong.Count > 0)
        {
            throw NotAllowed(wrong);
        }
    }

    private static OptionsValidationException NotAllowed(List<OptionsValidationException> wrong) =>
        wrong is [var one] ? one : new OptionsValidationException(
            wrong[0].OptionsName, wrong[0].OptionsType, wrong.SelectMany(exception => exception.Failures));
}
