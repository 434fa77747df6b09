using Superhero.Redis;
using Superhero.Settings;

namespace Superhero.Silo.Tests.Hosting;

public class SiloOptionsTests
{
    [Fact]
    public void Nothing_set_gives_the_documented_defaults()
    {
        var options = Read();
        Assert.Equal(new RedisOptions("localhost", 6379), options.Redis);
        Assert.Equal(["lib.server.lobby", "redis.lib.server.lobby", "CLEAN"], options.Channels);
        Assert.False(options.Games.Clean);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Games.Expiry);
        Assert.Equal(Path.GetFullPath("data"), options.Games.OutputDirectory);
        Assert.Equal(LogLevelName.INFO, options.LogLevel);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("YES", true)]
    [InlineData("1", true)]
    [InlineData("False", false)]
    [InlineData("no", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void A_flag_is_read_in_any_case(string text, bool expected) =>
        Assert.Equal(expected, Read(("CLEAN_ROUTINE", text)).Games.Clean);

    [Theory]
    [InlineData("REDIS_PORT", "abc", "65535")]
    [InlineData("REDIS_PORT", "0", "65535")]
    [InlineData("REDIS_EXPIRY", "-1", "whole number")]
    [InlineData("CLEAN_ROUTINE", "maybe", "yes or no")]
    [InlineData("LOG_LEVEL", "LOUD", "WARNING")]
    [InlineData("LOG_LEVEL", "2", "WARNING")]
    [InlineData("LOGGER_MODULE", "sql", "json")]
    [InlineData("WORKER_CHANNEL", " , ", "channels")]
    [InlineData("HOSTNAME", "../x", "letters")]
    public void A_wrong_value_is_refused_with_its_name_the_value_and_what_is_allowed(string variable, string value, string allowed)
    {
        var exception = Assert.Throws<SettingException>(() => Read((variable, value)));
        Assert.Contains(variable, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, exception.Message, StringComparison.Ordinal);
    }

    private static SiloOptions Read(params (string Name, string Value)[] variables) =>
        SiloOptions.From(new EnvironmentSettings(variables.ToDictionary(variable => variable.Name, variable => variable.Value)));
}
