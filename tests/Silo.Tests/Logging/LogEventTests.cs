using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Logging;

public partial class LogEventTests
{
    private static readonly ILookup<int, LogEvent> Logged = Directory.GetDirectories(Path.Combine(Repository.Root, "src"))
        .SelectMany(folder => Assembly.Load($"Superhero.{Path.GetFileName(folder)}").GetTypes())
        .SelectMany(type => type.GetMethods(
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(method => (method, Message: method.GetCustomAttribute<LoggerMessageAttribute>()))
        .Where(one => one.Message is not null)
        .Select(one => new LogEvent(one.Message!.EventId, one.Message.Level, one.Message.EventName ?? one.method.Name))
        .ToLookup(logged => logged.Id);

    private static readonly List<LogEvent> Documented =
    [
        .. Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"))).Select(row => new LogEvent(
            int.Parse(row.Groups["id"].Value, CultureInfo.InvariantCulture), Enum.Parse<LogLevel>(row.Groups["level"].Value), row.Groups["name"].Value)),
    ];

    /// <summary>The events that the product logs, that its guide describes, or that tests look for.</summary>
    public static TheoryData<int> Ids => [.. Logged.Select(events => events.Key)
        .Concat(Documented.Select(logged => logged.Id))
        .Concat(typeof(LogEvents).GetFields().Select(constant => (int)constant.GetRawConstantValue()!)).Distinct().Order()];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Event_is_logged_by_one_method_and_described_in_the_operations_guide(int id)
    {
        // Without an id of its own the attribute has -1, and the event gets an id that is made from its name.
        Assert.InRange(id, 100, 999);
        Assert.Equal(Assert.Single(Logged[id]), Assert.Single(Documented, logged => logged.Id == id));
    }

    [Fact]
    public void Operations_guide_lists_events_by_id() => Assert.Equal(Documented.OrderBy(logged => logged.Id), Documented);

    [GeneratedRegex(@"^\| (?<id>\d{3}) \| (?<level>\w+) \| (?<name>\w+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    private sealed record LogEvent(int Id, LogLevel Level, string Name);
}
