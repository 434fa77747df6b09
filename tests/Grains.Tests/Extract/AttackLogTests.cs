using System.Globalization;
using System.Text;
using Superhero.Grains.Extract;

namespace Superhero.Grains.Tests.Extract;

public class AttackLogTests
{
    private const string Line =
        """{"TIMESTAMP": "2022-11-11T23:47:18.123456", "PAYLOAD": {"GAME_TOKEN": "00cb4536-10ff-4df5-a358-a0eca45451cf", "USER_TOKEN": "u"}, "STATUS": {"ACTION": "ATTACK", "DETAILS": {"ENEMY_TOKEN": "e", "ENEMY_DAMAGE": 38400, "ENEMY_HEALTH_PRIOR": 3040000, "ENEMY_HEALTH_POST": 0}}}""";

    private static readonly Guid Token = Guid.Parse("00cb4536-10ff-4df5-a358-a0eca45451cf");

    [Fact]
    public void Line_of_an_attack_is_read() => Assert.Equal(new Attack("u", "e", 38400, true), Parse(Line));

    [Theory]
    [InlineData("\"2022-11-11T23:47:18.123456\"", "2022-11-11T23:47:18.123456+00:00")]
    [InlineData("\"2022-11-11T23:47:18+01:00\"", "2022-11-11T22:47:18+00:00")]
    [InlineData("\"yesterday\"", null)]
    [InlineData("\"\\ud800\"", null)]
    [InlineData("\"\\ud800\\u0041\"", null)]
    [InlineData("5", null)]
    public void Time_of_an_attack_is_read_if_there_is_one(string written, string? expected) => Assert.Equal(
        expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture),
        AttackLog.Time(Encoding.UTF8.GetBytes(Line.Replace("\"2022-11-11T23:47:18.123456\"", written, StringComparison.Ordinal))));

    [Theory]
    [InlineData("{", "}", "not JSON")]
    [InlineData("38400", "-1", "out of range")]
    [InlineData("38400", "18446744073709551616", "out of range")]
    [InlineData("38400", "\"x\"", "unknown shape")]
    [InlineData("ENEMY_DAMAGE", "DAMAGE", "unknown shape")]
    [InlineData("\"ATTACK\"", "\"DEFEND\"", "not an attack")]
    [InlineData("00cb4536", "11cb4536", "another game")]
    [InlineData("\"e\"", "null", "no enemy")]
    public void Malformed_line_is_refused_with_the_reason_and_the_line(string part, string instead, string reason)
    {
        var line = Line.Replace(part, instead, StringComparison.Ordinal);
        var exception = Assert.Throws<UnprocessableGameException>(() => Parse(line));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal(line, exception.Line);
    }

    private static Attack Parse(string line) => AttackLog.Parse(Encoding.UTF8.GetBytes(line), Token);
}
