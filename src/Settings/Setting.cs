using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Superhero.Settings;

/// <summary>A setting, declared once: by a property of an options class whose attributes say the name of its environment
/// variable, what it means and what is allowed.</summary>
/// <remarks><see cref="ConfigurationKeyNameAttribute"/> names the variable, <see cref="DescriptionAttribute"/> says what it
/// means, <see cref="PasswordPropertyTextAttribute"/> marks a secret, validation attributes say what is allowed, and
/// <see cref="DefaultValueAttribute"/> spells the default where the property's own initial value does not. What several of them must be
/// together, the class says by <see cref="IValidatableObject"/>, in results that name the property and what it may be.</remarks>
public sealed class Setting
{
    private static readonly Dictionary<char, int> Units = new() { ['s'] = 1, ['m'] = 60, ['h'] = 3600, ['d'] = 86_400 };

    private static readonly string[] True = ["true", "1", "yes"];
    private static readonly string[] False = ["false", "0", "no"];

    // The last text of each file with a secret. A pipe can be read only once, and a file may be about to be replaced.
    private static readonly ConcurrentDictionary<string, string> Secrets = new();

    private readonly PropertyInfo _property;
    private readonly ValidationAttribute[] _rules;

    private Setting(PropertyInfo property, object defaults)
    {
        _property = property;
        _rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
        Variable = property.GetCustomAttribute<ConfigurationKeyNameAttribute>()!.Name;
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description
            ?? throw new InvalidOperationException($"{Variable} has no description.");
        IsSecret = property.GetCustomAttribute<PasswordPropertyTextAttribute>() is { Password: true };
        Default = (string?)property.GetCustomAttribute<DefaultValueAttribute>()?.Value ?? Format(property.GetValue(defaults));
    }

    /// <summary>The environment variable's name.</summary>
    public string Variable { get; }

    /// <summary>The variable that names a file with the secret in it; null where the setting is no secret.</summary>
    public string? FileVariable => IsSecret ? $"{Variable}_FILE" : null;

    /// <summary>What it means, in a few words.</summary>
    public string Description { get; }

    /// <summary>Its default, as it would be written; null for none.</summary>
    public string? Default { get; }

    /// <summary>Whether it must not be shown.</summary>
    public bool IsSecret { get; }

    /// <summary>The name of the property that declares it.</summary>
    internal string Property => _property.Name;

    private Type Type => Nullable.GetUnderlyingType(_property.PropertyType) ?? _property.PropertyType;

    private RangeAttribute? Range => _rules.OfType<RangeAttribute>().FirstOrDefault();

    private string Allowed =>
        _rules.FirstOrDefault(rule => rule.ErrorMessage is not null)?.ErrorMessage
        ?? (Type == typeof(bool) ? "true, false, 1, 0, yes or no"
            : Type == typeof(TimeSpan) && Range is { Minimum: var least, Maximum: var most }
                ? string.Create(CultureInfo.InvariantCulture, $"a number of seconds from {least} to {most}, or a length of time such as 15m, 1h or 2d")
            : Type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(Type))}"
            : Range is { OperandType: var type, Minimum: var min, Maximum: var max }
                ? string.Create(CultureInfo.InvariantCulture, $"{(type == typeof(int) ? "a whole number" : "a number of seconds")} from {min} to {max}")
            : "something else");

    /// <summary>The settings that an options class declares, in the order of its properties.</summary>
    public static IReadOnlyList<Setting> Of(Type options)
    {
        var defaults = Activator.CreateInstance(options)!;
        return [.. options.GetProperties()
            .Where(property => property.IsDefined(typeof(ConfigurationKeyNameAttribute)))
            .Select(property => new Setting(property, defaults))];
    }

    /// <summary>Sets the property to what the configuration says; one that is blank counts as not set.</summary>
    /// <exception cref="SettingException">The value is not allowed.</exception>
    public void Bind(object options, IConfiguration configuration)
    {
        if (Read(configuration) is { } text)
        {
            if (IsSecret && text == ExamplePasswords.Password && !ExamplePasswords.Allows(configuration))
            {
                throw new SettingException(Variable, text, "a password of your own, or set ALLOW_EXAMPLE_PASSWORDS=True for a trial");
            }

            _property.SetValue(options, Convert(IsSecret ? text : text.Trim()) ?? throw NotAllowed(text));
        }

        if (_property.GetValue(options) is { } value && !_rules.All(rule => rule.IsValid(value is TimeSpan time ? time.TotalSeconds : value)))
        {
            throw NotAllowed(Read(configuration) ?? Format(value)!);
        }
    }

    /// <summary>Says that its value is not allowed together with others.</summary>
    /// <param name="options">The options that have it.</param>
    /// <param name="allowed">What would be allowed, in words.</param>
    internal SettingException NotAllowed(object options, string allowed) =>
        new(Variable, IsSecret ? "…" : Format(_property.GetValue(options)) ?? "", allowed);

    private string? Read(IConfiguration configuration)
    {
        var text = NonBlank(configuration[Variable]);
        if (FileVariable is null || NonBlank(configuration[FileVariable]) is not { } path)
        {
            return text;
        }

        if (text is not null)
        {
            throw new SettingException(FileVariable, path, $"nothing, as {Variable} is set, too");
        }

        try
        {
            return NonBlank(ReadSecret(path).TrimEnd('\r', '\n')) ?? throw new SettingException(FileVariable, path, "a file that holds something");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new SettingException(FileVariable, path, "a file that can be read");
        }
    }

    // Options are made anew when a connection is made, so that a secret can be replaced while the process runs.
    private static string ReadSecret(string path)
    {
        if (!Secrets.TryGetValue(path, out var last))
        {
            return Secrets.GetOrAdd(path, File.ReadAllText);
        }

        try
        {
            var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return file is { Exists: true, Length: > 0 } ? Secrets[path] = File.ReadAllText(file.FullName) : last;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return last;
        }
    }

    // Null where the text is no such value.
    private object? Convert(string text) =>
        Type == typeof(string) ? text
        : Type == typeof(int) ? Int32(text)
        : Type == typeof(bool) ? Boolean(text)
        : Type == typeof(TimeSpan) ? Time(text)
        : Type == typeof(IReadOnlyList<string>)
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToArray()
        : Type.IsEnum ? Enum.GetNames(Type).Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse(Type, text, ignoreCase: true) : null
        : throw new NotSupportedException($"{Variable} is a {Type}.");

    // Kubernetes sets such variables by itself for a Service: REDIS_PORT=tcp://10.96.0.1:6379.
    private static int? Int32(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : Uri.TryCreate(text, UriKind.Absolute, out var service) && service.Scheme == "tcp" && service.Port > 0 ? service.Port
        : null;

    private static bool? Boolean(string text) =>
        True.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
        : False.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
        : null;

    // Seconds, or with its unit behind it: 90, 90s, 15m, 1h, 2d.
    private TimeSpan? Time(string text)
    {
        var unit = text.Length > 0 && Units.TryGetValue(text[^1], out var known) ? known : 0;
        var number = unit > 0 ? text[..^1] : text;
        var value = Range?.OperandType == typeof(int) ? Int32(number)
            : double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : (double?)null;
        return value * Math.Max(unit, 1) is { } seconds && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private SettingException NotAllowed(string text) => new(Variable, IsSecret ? "…" : text, Allowed);

    private static string? Format(object? value) => value switch
    {
        null => null,
        TimeSpan time => time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        IReadOnlyList<string> { Count: 0 } => null,
        IReadOnlyList<string> texts => string.Join(',', texts),
        _ => System.Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static string? NonBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
