using System.Text;
using System.Text.Json;
using Superhero.Silo.Subscriber;

namespace Superhero.Silo.Tests.Subscriber;

public class GameFinishedMessageParserTests
{
    private const string Message =
        """{"level": "INFO", "name": "redis.lib.server.lobby", "log_message": "Cleaning Game Records", "task": {"game_token": "00cb4536-10ff-4df5-a358-a0eca45451cf", "user_token": "u"}}""";

    private static readonly GameFinishedMessage Expected = new(Guid.Parse("00cb4536-10ff-4df5-a358-a0eca45451cf"), "u");

    [Fact]
    public void Message_is_read_as_JSON_and_as_JSON_in_a_string()
    {
        Assert.Equal(Expected, Parse(Message));
        Assert.Equal(Expected, Parse(JsonSerializer.Serialize(Message)));
    }

    [Theory]
    [InlineData("Cleaning Game Records", "Starting Match")]
    [InlineData("00cb4536", "00CB4536")]
    [InlineData("00cb4536-10ff-4df5-a358-a0eca45451cf", "../../etc/cron.d/x")]
    [InlineData("00cb4536-10ff-4df5-a358-a0eca45451cf", "")]
    [InlineData("\"00cb4536-10ff-4df5-a358-a0eca45451cf\"", "7")]
    [InlineData("\"u\"", "null")]
    [InlineData("\"u\"", "\"\\ud800\"")]
    [InlineData("{\"game_token\"", "{{\"game_token\"")]
    public void Message_that_is_no_valid_game_finished_message_is_ignored(string part, string instead) =>
        Assert.Null(Parse(Message.Replace(part, instead, StringComparison.Ordinal)));

    [Fact]
    public void Huge_deep_or_empty_message_is_ignored()
    {
        Assert.Null(Parse("""{"log_message": "Cleaning Game Records", "task": "text"}"""));
        Assert.Null(Parse(Message.Replace("\"u\"", $"\"{new string('u', 10_000_000)}\"", StringComparison.Ordinal)));
        Assert.Null(Parse("\"Cleaning Game Records\"" + new string('[', 5000)));
        Assert.Null(Parse(""));
    }

    private static GameFinishedMessage? Parse(string message) =>
        GameFinishedMessageParser.TryParse(Encoding.UTF8.GetBytes(message), out var announcement) ? announcement : null;
}
