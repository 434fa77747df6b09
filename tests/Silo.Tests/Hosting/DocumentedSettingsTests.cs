using System.Text.RegularExpressions;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>The README and the help text agree with the declarations of the settings.</summary>
public partial class DocumentedSettingsTests
{
    [Fact]
    public void Readme_has_a_row_for_each_setting_with_its_default_and_its_meaning()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "README.md")).Where(line => Row().IsMatch(line));
        Assert.Equal(SiloSettings.All.Settings.Select(RowOf), rows);
    }

    [Fact]
    public async Task Help_names_each_setting_with_its_default_and_its_meaning()
    {
        var (exitCode, help) = await SiloCommand.RunAsync(new Redis.RedisOptions(), "--help");
        Assert.Equal(0, exitCode);
        var text = Whitespace().Replace(help, " ");
        Assert.All(SiloSettings.All.Settings, setting => Assert.Contains(
            $"{setting.Variable}{(setting.Default is null ? "" : $"={setting.Default}")} {setting.Description}", text, StringComparison.Ordinal));
        Assert.All(SiloSettings.All.Variables, variable => Assert.Contains(variable, text, StringComparison.Ordinal));
    }

    private static string RowOf(Setting setting)
    {
        var names = string.Join(", ", new[] { setting.Variable, setting.FileVariable }.OfType<string>().Select(name => $"`{name}`"));
        var value = setting.Default is null || setting.Default.Contains(' ', StringComparison.Ordinal) ? setting.Default : $"`{setting.Default}`";
        return $"| {names} | {value} | {setting.Description} |";
    }

    [GeneratedRegex("^\\| `[A-Z][A-Z0-9_]+`")]
    private static partial Regex Row();

    [GeneratedRegex("\\s+")]
    private static partial Regex Whitespace();
}
