using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

public partial class LogEventTests
{
    private static readonly IReadOnlyList<LogEvent> Events =
    [
        .. Directory.GetDirectories(Path.Combine(Repository.Root, "src"))
            .SelectMany(folder => Assembly.Load($"Superhero.{Path.GetFileName(folder)}").GetTypes())
            .SelectMany(type => type.GetMethods(
                BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (method, Message: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(one => one.Message is not null)
            .Select(one => new LogEvent(one.Message!.EventId, one.Message.Level, one.Message.EventName ?? one.method.Name)),
    ];

    [Fact]
    public void Each_event_has_a_number_of_its_own()
    {
        // Without a number the attribute has -1, and the event one that is made from its name.
        Assert.All(Events, logged => Assert.InRange(logged.Id, 100, 999));
        Assert.Empty(Events.GroupBy(logged => logged.Id).Where(same => same.Count() > 1).Select(same => string.Join(", ", same)));
    }

    [Fact]
    public void The_operations_guide_has_each_event()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var documented = Row().Matches(guide).Select(row => new LogEvent(
            int.Parse(row.Groups["id"].Value, CultureInfo.InvariantCulture), Enum.Parse<LogLevel>(row.Groups["level"].Value), row.Groups["name"].Value));
        Assert.Equal(Events.OrderBy(logged => logged.Id), documented);
    }

    [GeneratedRegex(@"^\| (?<id>\d{3}) \| (?<level>\w+) \| (?<name>\w+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed record LogEvent(int Id, LogLevel Level, string Name);
}
