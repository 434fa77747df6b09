using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Grains.Games;
using Superhero.Redis;
using Superhero.Settings;
using Superhero.Silo.Access;
using Superhero.Silo.Hosting;
using Superhero.Silo.Logging;
using Superhero.Silo.Subscriber;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

public class SiloSettingsTests
{
    [Fact]
    public void Settings_have_the_documented_defaults()
    {
        var services = Read();
        Assert.Equal(new RedisOptions { Host = "localhost", Port = 6379 }, services.Options<RedisOptions>());
        Assert.Equal(["lib.server.lobby", "redis.lib.server.lobby", "CLEAN"], services.Options<SubscriberOptions>().Channels);
        Assert.False(services.Options<GameOptions>().Clean);
        Assert.Equal(TimeSpan.FromSeconds(30), services.Options<GameOptions>().Expiry);
        Assert.Equal(Path.GetFullPath("data"), services.Options<OutputOptions>().FullDirectory);
        Assert.Equal(LogLevelName.INFO, services.Options<SiloLoggingOptions>().Level);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("YES", true)]
    [InlineData("1", true)]
    [InlineData("False", false)]
    [InlineData("no", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void Flag_is_read_in_any_case(string text, bool expected) =>
        Assert.Equal(expected, Read(("CLEAN_ROUTINE", text)).Options<GameOptions>().Clean);

    [Theory]
    [InlineData("REDIS_PORT", "abc", "65535")]
    [InlineData("REDIS_PORT", "0", "65535")]
    [InlineData("REDIS_EXPIRY", "-1", "such as 15m")]
    [InlineData("CLEAN_ROUTINE", "maybe", "yes or no")]
    [InlineData("LOG_LEVEL", "LOUD", "WARNING")]
    [InlineData("LOG_LEVEL", "2", "WARNING")]
    [InlineData("LOGGER_MODULE", "sql", "json")]
    [InlineData("WORKER_CHANNEL", " , ", "channels")]
    [InlineData("HOSTNAME", "../x", "letters")]
    [InlineData("REDIS_SSL_CA", "/dev/null", "certificate in PEM")]
    [InlineData("REDIS_SSL_CA", "/nowhere", "certificate in PEM")]
    [InlineData("REDIS_HOST", "one,two", "REDIS_SENTINEL")]
    [InlineData("REDIS_HOST", "redis://one:6379/0", "REDIS_PORT")]
    [InlineData("REDIS_HOST", "one:6380", "REDIS_PORT")]
    [InlineData("OUTPUT_DIR", "~/data", "only a shell")]
    [InlineData("ARCHIVE_DIR", "~", "only a shell")]
    [InlineData("AWS_S3_SSE", "rot13", "aws:kms")]
    public void Wrong_value_is_refused_with_the_name_the_value_and_what_is_allowed(string variable, string value, string allowed)
    {
        var exception = Assert.Throws<SettingException>(() => Read((variable, value)));
        Assert.Contains(variable, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REDIS_HOST: 'one,two:0' is not allowed; set it to the sentinels, such as sentinel-1,sentinel-2:26380.", "REDIS_SENTINEL", "main", "REDIS_HOST", "one,two:0")]
    [InlineData("REDIS_SSL_KEY: '' is not allowed; set it to the PEM file of the key to REDIS_SSL_CERT.", "REDIS_SSL_CERT", "/dev/null")]
    [InlineData("REDIS_SSL_CERT: '' is not allowed; set it to the PEM file of the certificate to REDIS_SSL_KEY.", "REDIS_SSL_KEY", "/dev/null")]
    [InlineData("REDIS_SSL_CERT: '/dev/null' is not allowed; set it to the PEM file of a certificate to which REDIS_SSL_KEY names the key.", "REDIS_SSL_CERT", "/dev/null", "REDIS_SSL_KEY", "/dev/null")]
    public void Setting_without_the_one_that_it_needs_is_refused(string line, params string[] settings) => Assert.Equal(
        line, Assert.Throws<SettingException>(() => Read([.. settings.Chunk(2).Select(pair => (pair[0], pair[1]))])).Failures.Single());

    [Fact]
    public void Blank_value_is_unset_and_only_a_secret_keeps_blanks_at_its_ends()
    {
        var blank = Read(("HOSTNAME", " "), ("OUTPUT_DIR", " "), ("REDIS_PORT", " "), ("DASHBOARD_USER", " "), ("DASHBOARD_PASSWORD", " "));
        Assert.Equal(Environment.MachineName, blank.Options<GameOptions>().HostName);
        Assert.Equal(Path.GetFullPath("data"), blank.Options<OutputOptions>().FullDirectory);
        Assert.Null(blank.Options<PageOptions>().User);

        var padded = Read(("REDIS_PASSWORD", " a b "), ("REDIS_PORT", " 7000 "));
        Assert.Equal((" a b ", 7000), (padded.Options<RedisOptions>().Password, padded.Options<RedisOptions>().Port));
        Assert.Equal("redis", Read(("REDIS_HOST", " redis\r")).Options<RedisOptions>().Host);
        Assert.Throws<SettingException>(() => Read(("HOSTNAME", "ab\nc")));
    }

    [Fact]
    public void Error_names_all_wrong_values_at_once()
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Read(
            ("REDIS_PORT", "x"), ("REDIS_DB", "-1"), ("LOG_LEVEL", "LOUD"), ("DASHBOARD_USER", "ops"), ("OUTPUT_DIR", " ")));
        Assert.Equal(
            [
                "REDIS_PORT: 'x' is not allowed; set it to a whole number from 1 to 65535.",
                "REDIS_DB: '-1' is not allowed; set it to a whole number from 0 to 65535.",
                "LOG_LEVEL: 'LOUD' is not allowed; set it to one of DEBUG, INFO, WARNING, ERROR, CRITICAL.",
                "DASHBOARD_PASSWORD: '' is not allowed; set it to something too, as the other one is.",
            ],
            exception.Failures);
    }

    [Fact]
    public void Secret_comes_from_a_file_or_from_a_variable_but_not_from_both()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "secret");
        File.WriteAllText(file, " s3cret\r\n");
        Assert.Equal(" s3cret", Read(("REDIS_PASSWORD_FILE", file)).Options<RedisOptions>().Password);
        Assert.Equal("s3cret ", Read(("REDIS_PASSWORD_FILE", ""), ("REDIS_PASSWORD", "s3cret ")).Options<RedisOptions>().Password);

        foreach (var (variables, allowed) in new[]
        {
            (new[] { ("REDIS_PASSWORD_FILE", folder.Path) }, "a file that can be read"),
            ([("REDIS_PASSWORD_FILE", $"{file}.none")], "a file that can be read"),
            ([("REDIS_PASSWORD_FILE", file), ("REDIS_PASSWORD", "other")], "nothing, as REDIS_PASSWORD is set, too"),
        })
        {
            var exception = Assert.Throws<SettingException>(() => Read(variables));
            Assert.Equal($"REDIS_PASSWORD_FILE: '{variables[0].Item2}' is not allowed; set it to {allowed}.", exception.Message);
        }

        var empty = Path.Combine(folder.Path, "empty");
        File.WriteAllText(empty, "\n");
        Assert.Contains("a file that holds something", Assert.Throws<SettingException>(() => Read(("REDIS_PASSWORD_FILE", empty))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_secret_can_come_from_a_file_and_each_setting_has_a_description() => Assert.Equal(
        [
            "REDIS_PASSWORD_FILE", "REDIS_SENTINEL_PASSWORD_FILE", "AWS_SECRET_ACCESS_KEY_FILE", "AWS_SESSION_TOKEN_FILE",
            "AZURE_STORAGE_CONNECTION_STRING_FILE", "AZURE_STORAGE_KEY_FILE", "DASHBOARD_PASSWORD_FILE",
        ],
        SiloSettings.All.Settings.Where(setting => setting.Description.Length > 0).Select(setting => setting.FileVariable).OfType<string>());

    [Fact]
    public void Password_of_the_examples_is_refused_unless_the_settings_allow_it()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "secret");
        File.WriteAllText(file, "change-me\n");
        foreach (var (variable, secret) in new[] { ("REDIS_PASSWORD", "REDIS_PASSWORD"), ("REDIS_PASSWORD_FILE", "REDIS_PASSWORD"), ("DASHBOARD_PASSWORD", "DASHBOARD_PASSWORD") })
        {
            (string, string)[] settings = [(variable, variable == secret ? "change-me" : file), ("DASHBOARD_USER", secret == "DASHBOARD_PASSWORD" ? "ops" : "")];
            var exception = Assert.Throws<SettingException>(() => Read([.. settings, ("ALLOW_EXAMPLE_PASSWORDS", "no")]));
            Assert.Equal($"{secret}: 'change-me' is not allowed; set it to a password of your own, or set ALLOW_EXAMPLE_PASSWORDS=True for a trial.", exception.Message);
            Read([.. settings, ("ALLOW_EXAMPLE_PASSWORDS", "True")]);
        }
    }

    private static IServiceProvider Read(params (string Name, string Value)[] variables) => SiloSettings.All.Read(
        new ConfigurationBuilder().AddInMemoryCollection(variables.ToDictionary(variable => variable.Name, variable => (string?)variable.Value)).Build());
}
