using System.Collections;
using System.Globalization;

namespace Superhero.Settings;

/// <summary>Reads typed settings from environment variables. A variable that is empty counts as not set.</summary>
/// <param name="variables">The variables, by name.</param>
public sealed class EnvironmentSettings(IReadOnlyDictionary<string, string> variables)
{
    private static readonly string[] Yes = ["true", "1", "yes"];
    private static readonly string[] No = ["false", "0", "no"];

    /// <summary>The settings in this process' environment.</summary>
    public static EnvironmentSettings FromEnvironment() => new(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? ""));

    /// <summary>The variable's text, or null where it is not set.</summary>
    public string? Text(string variable) =>
        variables.TryGetValue(variable, out var value) && value.Length > 0 ? value : null;

    /// <summary>The path of a file, or null where it is not set.</summary>
    /// <exception cref="SettingException">There is no such file.</exception>
    public string? ExistingFile(string variable) =>
        Text(variable) is not { } path ? null
        : File.Exists(path) ? path
        : throw new SettingException(variable, path, "a file that exists");

    /// <summary>A whole number within a range.</summary>
    /// <exception cref="SettingException">It is not such a number.</exception>
    public int Whole(string variable, int otherwise, int least, int most) =>
        Read(variable, otherwise, $"a whole number from {least} to {most}", text =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? number : null);

    /// <summary>A TCP port, or null where it is not set.</summary>
    /// <exception cref="SettingException">It is not a number from 1 to 65535.</exception>
    public int? Port(string variable) => Text(variable) is null ? null : Whole(variable, 0, 1, 65535);

    /// <summary>A length of time, written as seconds with or without a fraction.</summary>
    /// <exception cref="SettingException">It is not such a number.</exception>
    public TimeSpan Seconds(string variable, double otherwise, double least, double most) =>
        TimeSpan.FromSeconds(Read(variable, otherwise, $"a number of seconds from {least} to {most}", text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? number : null));

    /// <summary>A yes or no: true/false, 1/0 or yes/no, in any case.</summary>
    /// <exception cref="SettingException">It is none of these.</exception>
    public bool Flag(string variable, bool otherwise) =>
        Read<bool>(variable, otherwise, "true, false, 1, 0, yes or no", text =>
            Yes.Contains(text, StringComparer.OrdinalIgnoreCase) ? true
            : No.Contains(text, StringComparer.OrdinalIgnoreCase) ? false
            : null);

    /// <summary>One of several words, in any case; the words are the names of <typeparamref name="T"/>.</summary>
    /// <exception cref="SettingException">It is none of them.</exception>
    public T Choice<T>(string variable, T otherwise)
        where T : struct, Enum =>
        Read<T>(variable, otherwise, $"one of {string.Join(", ", Enum.GetNames<T>())}", text =>
            Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase)
                ? Enum.Parse<T>(text, ignoreCase: true)
                : null);

    private T Read<T>(string variable, T otherwise, string allowed, Func<string, T?> parse)
        where T : struct =>
        Text(variable) is not { } text ? otherwise
        : parse(text.Trim()) ?? throw new SettingException(variable, text, allowed);
}
