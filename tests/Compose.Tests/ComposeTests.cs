using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Simulator;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

/// <summary>What the compose files promise, the programs keep.</summary>
public class ComposeTests
{
    private static readonly ComposeFile Redis = ComposeFile.Read("docker-compose.redis.yml");
    private static readonly ComposeFile Monitoring = ComposeFile.Read("docker-compose.monitoring.yml");
    private static readonly Dictionary<string, ComposeService> All =
        Redis.Services.Concat(Monitoring.Services).ToDictionary(service => service.Key, service => service.Value);

    // What a deployment by Compose decides itself, leaves to the containers, or has no files for.
    private static readonly string[] NotHandedOn =
    [
        "REDIS_USER", "REDIS_SSL", "REDIS_SSL_CA", "REDIS_SSL_CERT", "REDIS_SSL_KEY", "REDIS_SENTINEL",
        "REDIS_SENTINEL_USER", "REDIS_SENTINEL_PASSWORD", "HOSTNAME", "SILO_PORT", "GATEWAY_PORT", "SILO_TLS_CERT", "SILO_TLS_KEY", "SILO_TLS_CA", "HTTP_TLS_CERT", "HTTP_TLS_KEY",
    ];

    public static TheoryData<string> Ours => [.. All.Where(service => service.Value.IsOurs).Select(service => service.Key)];

    [Fact]
    public void Every_reference_has_a_value_and_every_value_is_referred_to() => Assert.Equal(
        ComposeFile.Variables.Keys.Order(), Redis.References.Concat(Monitoring.References).Distinct().Order());

    [Fact]
    public void There_are_the_services_of_the_deployment_and_none_that_is_scaled_has_a_port_on_the_host()
    {
        Assert.Equal(["build_db", "dashboard", "player", "redis", "server", "worker"], Redis.Services.Keys.Order());
        Assert.All(new[] { "worker", "player" }, name => Assert.Empty(Redis.Services[name].Ports));
        Assert.All(All.Values.SelectMany(service => service.Ports), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void Every_variable_of_a_service_is_one_that_its_program_reads_and_has_a_value_that_it_takes(string name)
    {
        var service = All[name];
        var settings = service.Command switch
        {
            ["dotnet", "/app/Superhero.Silo.dll"] => SiloSettings.All,
            ["dotnet", "/app/Superhero.Simulator.dll", "server"] => SimulatorSettings.Server,
            ["dotnet", "/app/Superhero.Simulator.dll", "player"] => SimulatorSettings.Player,
            ["dotnet", "/app/Superhero.Simulator.dll", "build-db"] => SimulatorSettings.BuildDb,
            var command => throw new NotSupportedException($"{string.Join(' ', command)} is no command that this test knows."),
        };
        var variables = service.Environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        if (variables.ContainsKey("SILO_HOST"))
        {
            // There may be no network here.
            variables["SILO_HOST"] = "10.0.0.1";
        }

        settings.Read(new ConfigurationBuilder().AddInMemoryCollection(variables).Build());
        Assert.Empty(service.Environment.Keys.Except(settings.Variables));
    }

    [Fact]
    public void Every_setting_is_handed_on()
    {
        Assert.Equal(Names(SiloSettings.All).Except(NotHandedOn).Order(), Redis.Services["worker"].Environment.Keys.Order());
        Assert.Equal(Names(SimulatorSettings.Server).Except(NotHandedOn).Order(), Redis.Services["server"].Environment.Keys.Order());
        Assert.Equal(Names(SimulatorSettings.Player).Order(), Redis.Services["player"].Environment.Keys.Order());

        static IEnumerable<string> Names(SettingsGroup settings) => settings.Settings.Select(setting => setting.Variable);
    }

    [Theory]
    [MemberData(nameof(Ours))]
    [Trait("Category", "Integration")]
    public async Task Every_command_exists(string name)
    {
        var command = All[name].Command;
        var start = new ProcessStartInfo(
            command[0], [command[1].Replace("/app", AppContext.BaseDirectory, StringComparison.Ordinal), .. command.Skip(2), "--help"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var help = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains(
            string.Join(' ', [Path.GetFileNameWithoutExtension(command[1]), .. command.Skip(2)]), help, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void A_container_can_write_to_its_volumes_alone(string name) => Assert.True(All[name].IsReadOnly);

    [Fact]
    public void Who_waits_for_a_service_waits_for_one_that_says_when_it_is_there() => Assert.All(
        All.Values.SelectMany(service => service.DependsOn),
        one => Assert.True(one.Value == "service_healthy" ? All[one.Key].HasHealthCheck : one.Value == "service_completed_successfully"));

    [Fact]
    public void Every_volume_is_declared_or_a_file_that_is_there()
    {
        foreach (var file in new[] { Redis, Monitoring })
        {
            foreach (var source in file.Services.Values.SelectMany(service => service.Volumes).Select(volume => volume.Split(':')[0]))
            {
                Assert.True(
                    source.StartsWith("./", StringComparison.Ordinal)
                        ? Path.Exists(Path.Combine(ComposeFile.Folder, source)) : file.Declared("volumes").Contains(source),
                    source);
            }
        }
    }

    [Fact]
    public void Every_port_on_the_host_leads_to_one_that_the_program_listens_on()
    {
        Assert.EndsWith($":{Redis.Services["dashboard"].Environment["HTTP_PORT"]}", Redis.Services["dashboard"].Ports.Single(), StringComparison.Ordinal);
        Assert.EndsWith($":{Redis.Services["server"].Environment["WEBSOCKET_PORT"]}", Redis.Services["server"].Ports.Single(), StringComparison.Ordinal);
        Assert.Equal(Redis.Services["server"].Environment["WEBSOCKET_PORT"], Redis.Services["player"].Environment["WEBSOCKET_PORT"]);
    }

    [Fact]
    public void Each_image_is_built_once_from_the_target_of_its_name() => Assert.Equal(
        Dockerfile.Programs.Keys.Select(target => ($"superhero-orleans-{target}", (string?)target)).Order(),
        All.Values.Where(service => service.BuiltTarget is not null).Select(service => (service.Image, service.BuiltTarget)).Order());

    [Fact]
    public void What_the_images_copy_is_there()
    {
        var sources = Dockerfile.Lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(Path.Combine(ComposeFile.Folder, "..", source)), source));
    }

    // docker-compose 1.29 refuses `name`, and without it the containers are called as the original's documentation has them.
    [Fact]
    public void Compose_of_any_age_takes_the_file_and_names_the_containers_after_its_folder()
    {
        Assert.Equal(["services", "volumes"], Redis.Keys.Where(key => !key.StartsWith("x-", StringComparison.Ordinal)));
        Assert.Equal("compose", Path.GetFileName(ComposeFile.Folder));
    }

    [Fact]
    public void The_variables_are_found_from_the_root_too() => Assert.Equal(
        File.ReadAllText(Path.Combine(ComposeFile.Folder, ".env")), File.ReadAllText(Path.Combine(Repository.Root, ".env")));

    [Fact]
    public void The_tables_are_where_the_original_has_them_seen_from_a_containers_own_folder()
    {
        Assert.DoesNotContain(Dockerfile.Lines.SkipWhile(line => !line.EndsWith(" AS base", StringComparison.Ordinal)), line => line.StartsWith("WORKDIR ", StringComparison.Ordinal));
        Assert.Equal("/data", Redis.Services["worker"].Environment["OUTPUT_DIR"]);
        Assert.Contains("data:/data", Redis.Services["worker"].Volumes);
    }

    // A game takes some sixteen looks; who tries it out would not wait for a minute.
    [Fact]
    public void The_bots_games_end_within_seconds() =>
        Assert.InRange(double.Parse(ComposeFile.Variables["SERVER_SLEEP"], CultureInfo.InvariantCulture), 0.1, 0.5);

    [Fact]
    public void The_images_set_no_port_for_the_programs() => Assert.Contains("ENV ASPNETCORE_HTTP_PORTS=", Dockerfile.Lines);

    [Fact]
    public void A_container_leaves_no_volume_without_a_name_behind() =>
        Assert.DoesNotContain(Dockerfile.Lines, line => line.StartsWith("VOLUME", StringComparison.Ordinal));
}
