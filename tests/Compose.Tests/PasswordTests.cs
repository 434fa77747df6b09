using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

/// <summary>The passwords of the deployment reach each service as they are, and none of them is the example's.</summary>
[Trait("Category", "Integration")]
[SupportedOSPlatform("linux")]
public sealed partial class PasswordTests : IDisposable
{
    private const string Example = "change-me";

    // Each of these characters means something to a shell, to YAML or to Compose.
    private const string Odd = """ p$HOME "a" \n # 'b' {x} """;

    private static readonly ComposeFile Redis = ComposeFile.Read("docker-compose.redis.yml");
    private static readonly ComposeFile Monitoring = ComposeFile.Read("docker-compose.monitoring.yml");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Guarded => new() { { "redis", "REDISCLI_AUTH" }, { "grafana", "GF_SECURITY_ADMIN_PASSWORD" } };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_password_of_the_env_file_is_the_example_and_is_not_allowed()
    {
        Assert.All(ComposeFile.Variables.Where(variable => variable.Key.EndsWith("_PASSWORD", StringComparison.Ordinal)), variable => Assert.Equal(Example, variable.Value));
        Assert.Empty(ComposeFile.Variables["ALLOW_EXAMPLE_PASSWORDS"]);
    }

    [Theory]
    [MemberData(nameof(Guarded))]
    public async Task Service_refuses_the_example_password_unless_it_is_allowed(string service, string variable)
    {
        var run = await RunAsync(service, (variable, Example), ("ALLOW_EXAMPLE_PASSWORDS", ""));
        Assert.Equal(2, run.ExitCode);
        Assert.Matches("^[A-Z]+_PASSWORD: 'change-me' is not allowed;", run.Error);
        Assert.Equal(0, (await RunAsync(service, (variable, Example), ("ALLOW_EXAMPLE_PASSWORDS", "True"))).ExitCode);
        Assert.Equal(0, (await RunAsync(service, (variable, Odd), ("ALLOW_EXAMPLE_PASSWORDS", ""))).ExitCode);
    }

    [Fact]
    public async Task Redis_gets_a_password_of_odd_characters_as_it_is()
    {
        var run = await RunAsync("redis", ("REDISCLI_AUTH", Odd), ("ALLOW_EXAMPLE_PASSWORDS", ""));
        Assert.Equal(["--requirepass", Odd, "--appendonly", "yes"], run.SuccessfulOutput.Split('\n')[..4]);
    }

    [Fact]
    public async Task Prometheus_reads_a_password_of_odd_characters_from_a_file_as_it_is()
    {
        await RunAsync("prometheus", ("DASHBOARD_USER", "ops"), ("DASHBOARD_PASSWORD", Odd));
        var configuration = await File.ReadAllTextAsync(Path.Combine(ComposeFile.Folder, "prometheus", "prometheus.yml"), TestContext.Current.CancellationToken);
        Assert.Equal(Odd, await SecretAsync("password_file"));
        Assert.Equal("ops", await SecretAsync("username_file"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(_folder.Path, "*password").Single()));
        Assert.DoesNotContain('$', configuration);

        Task<string> SecretAsync(string field) => File.ReadAllTextAsync(
            Path.Combine(_folder.Path, Regex.Match(configuration, $"{field}: /run/secrets/(.+)").Groups[1].Value), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Folders_of_the_host_are_mounted_with_a_label_for_SELinux() => Assert.All(
        Redis.Services.Concat(Monitoring.Services).SelectMany(service => service.Value.Volumes).Where(volume => volume.StartsWith('.')),
        volume => Assert.EndsWith(":ro,z", volume, StringComparison.Ordinal));

    // docker-compose 1.29 ignores COMPOSE_ENV_FILES, and would take the passwords of compose/.env without a word.
    [Fact]
    public void Documented_commands_name_the_env_file()
    {
        var lines = new[] { "README.md", "docs/operations.md", "compose/docker-compose.redis.yml", "compose/docker-compose.monitoring.yml" }
            .SelectMany(file => File.ReadAllLines(Path.Combine(Repository.Root, file))).ToList();
        Assert.DoesNotContain(lines, line => line.Contains("COMPOSE_ENV_FILES", StringComparison.Ordinal));
        var commands = lines.Where(line => Command().IsMatch(line)).ToList();
        Assert.NotEmpty(commands);
        Assert.All(commands, command => Assert.Contains(" --env-file ", command, StringComparison.Ordinal));
    }

    // Runs what the service runs, with programs that only print their arguments.
    private Task<ProgramRun> RunAsync(string service, params (string Name, string Value)[] variables)
    {
        var described = (Redis.Services.GetValueOrDefault(service) ?? Monitoring.Services[service]) is { Entrypoint: { Count: > 0 } entrypoint } ? entrypoint : Redis.Services[service].Command;
        foreach (var program in new[] { "redis-server", "prometheus", "run.sh" })
        {
            var file = Path.Combine(_folder.Path, program);
            File.WriteAllText(file, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        var start = new ProcessStartInfo(described[0], described.Skip(1).Select(argument => argument
            .Replace("/run/secrets", _folder.Path, StringComparison.Ordinal).Replace("/run.sh", $"{_folder.Path}/run.sh", StringComparison.Ordinal)));
        start.Environment["PATH"] = $"{_folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return ProgramRun.RunAsync(start);
    }

    [GeneratedRegex("docker[ -]compose .*-f compose/")]
    private static partial Regex Command();
}
