using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Simulator;
using Superhero.Testing;

namespace Superhero.Compose.Tests;

public class ComposeTests
{
    private static readonly ComposeFile Redis = ComposeFile.Read("docker-compose.redis.yml");
    private static readonly ComposeFile Monitoring = ComposeFile.Read("docker-compose.monitoring.yml");
    private static readonly Dictionary<string, ComposeService> All =
        Redis.Services.Concat(Monitoring.Services).ToDictionary(service => service.Key, service => service.Value);

    // Settings that the compose file fixes, leaves to the containers, or has no files for.
    private static readonly string[] NotHandedOn =
    [
        "REDIS_USER", "REDIS_SSL", "REDIS_SSL_CA", "REDIS_SSL_CERT", "REDIS_SSL_KEY", "REDIS_SENTINEL",
        "REDIS_SENTINEL_USER", "REDIS_SENTINEL_PASSWORD", "HOSTNAME", "SILO_PORT", "GATEWAY_PORT", "SILO_TLS_CERT", "SILO_TLS_KEY", "SILO_TLS_CA", "HTTP_TLS_CERT", "HTTP_TLS_KEY",
    ];

    public static TheoryData<string> Ours => [.. All.Where(service => service.Value.IsOurs).Select(service => service.Key)];

    [Fact]
    public void Variables_of_the_env_file_are_those_that_the_compose_files_refer_to() => Assert.Equal(
        ComposeFile.Variables.Keys.Order(), Redis.References.Concat(Monitoring.References).Distinct().Order());

    [Fact]
    public void Compose_file_has_the_services_of_the_deployment_and_publishes_ports_only_locally()
    {
        Assert.Equal(["build_db", "dashboard", "player", "redis", "server", "worker"], Redis.Services.Keys.Order());
        Assert.All(new[] { "worker", "player" }, name => Assert.Empty(Redis.Services[name].Ports));
        Assert.All(All.Values.SelectMany(service => service.Ports), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ours))]
    public void Service_variables_are_known_to_the_program_and_have_valid_values(string name)
    {
        var service = All[name];
        var settings = service.Command switch
        {
            ["dotnet", "/app/Superhero.Silo.dll"] => SiloSettings.All,
            ["dotnet", "/app/Superhero.Simulator.dll", "server"] => SimulatorSettings.Server,
            ["dotnet", "/app/Superhero.Simulator.dll", "player"] => SimulatorSettings.Player,
            ["dotnet", "/app/Superhero.Simulator.dll", "build-db"] => SimulatorSettings.BuildDb,
            var command => throw new NotSupportedException($"{string.Join(' ', command)} is a command that this test does not know."),
        };
        var variables = service.Environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        if (variables.ContainsKey("SILO_HOST"))
        {
            // `auto` looks for an address of this machine, which may have no network.
            variables["SILO_HOST"] = "10.0.0.1";
        }

        if (variables.ContainsKey("ALLOW_EXAMPLE_PASSWORDS"))
        {
            Assert.ThrowsAny<OptionsValidationException>(() => Read());
            variables["ALLOW_EXAMPLE_PASSWORDS"] = "True";
        }

        Read();
        IServiceProvider Read() => settings.Read(new ConfigurationBuilder().AddInMemoryCollection(variables).Build());
        Assert.Empty(service.Environment.Keys.Except(settings.Variables));
    }

    [Fact]
    public void Compose_file_passes_every_setting_to_its_program()
    {
        Assert.Equal(Names(SiloSettings.All).Except(NotHandedOn).Order(), Redis.Services["worker"].Environment.Keys.Order());
        Assert.Equal(Names(SimulatorSettings.Server).Except(NotHandedOn).Order(), Redis.Services["server"].Environment.Keys.Order());
        Assert.Equal(Names(SimulatorSettings.Player).Order(), Redis.Services["player"].Environment.Keys.Order());

        static IEnumerable<string> Names(SettingsGroup settings) => settings.Settings.Select(setting => setting.Variable);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Service_commands_are_commands_of_the_programs()
    {
        foreach (var command in All.Values.Where(service => service.IsOurs).Select(service => service.Command).DistinctBy(command => string.Join(' ', command)))
        {
            var run = await ProgramRun.RunAsync(
                command[0], [command[1].Replace("/app", AppContext.BaseDirectory, StringComparison.Ordinal), .. command.Skip(2), "--help"]);
            Assert.Contains(
                string.Join(' ', [Path.GetFileNameWithoutExtension(command[1]), .. command.Skip(2)]), run.SuccessfulOutput, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Containers_have_read_only_root_file_systems() =>
        Assert.All(All.Where(service => service.Value.IsOurs), service => Assert.True(service.Value.IsReadOnly, service.Key));

    [Fact]
    public void Dependencies_wait_for_a_health_check_or_a_successful_end() => Assert.All(
        All.Values.SelectMany(service => service.DependsOn),
        one => Assert.True(one.Value == "service_healthy" ? All[one.Key].HasHealthCheck : one.Value == "service_completed_successfully"));

    [Fact]
    public void Volumes_are_declared_or_files_that_exist()
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
    public void Published_ports_are_the_ports_that_the_programs_listen_on()
    {
        Assert.EndsWith($":{Redis.Services["dashboard"].Environment["HTTP_PORT"]}", Redis.Services["dashboard"].Ports.Single(), StringComparison.Ordinal);
        Assert.EndsWith($":{Redis.Services["server"].Environment["WEBSOCKET_PORT"]}", Redis.Services["server"].Ports.Single(), StringComparison.Ordinal);
        Assert.Equal(Redis.Services["server"].Environment["WEBSOCKET_PORT"], Redis.Services["player"].Environment["WEBSOCKET_PORT"]);
    }

    [Fact]
    public void Images_are_built_once_from_the_target_of_the_same_name() => Assert.Equal(
        Dockerfile.Programs.Keys.Select(target => ($"superhero-orleans-{target}", (string?)target)).Order(),
        All.Values.Where(service => service.BuiltTarget is not null).Select(service => (service.Image, service.BuiltTarget)).Order());

    [Fact]
    public void Files_that_the_images_copy_exist()
    {
        var sources = Dockerfile.Lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).ToList();
        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(Path.Combine(ComposeFile.Folder, "..", source)), source));
    }

    // docker-compose 1.29 rejects `name`, and `configs` with a content. Without it, Compose names the containers after the folder, as the original's documentation does.
    [Fact]
    public void Old_and_new_releases_of_Compose_accept_the_files_and_use_the_same_container_names()
    {
        foreach (var file in new[] { Redis, Monitoring })
        {
            Assert.Equal(["services", "volumes"], file.Keys.Where(key => !key.StartsWith("x-", StringComparison.Ordinal)));
        }

        Assert.Equal("compose", Path.GetFileName(ComposeFile.Folder));
    }

    [Fact]
    public void Env_files_of_the_root_and_of_the_compose_folder_are_equal() => Assert.Equal(
        File.ReadAllText(Path.Combine(ComposeFile.Folder, ".env")), File.ReadAllText(Path.Combine(Repository.Root, ".env")));

    [Fact]
    public void Tables_are_in_data_below_the_containers_working_directory()
    {
        Assert.DoesNotContain(Dockerfile.Lines.SkipWhile(line => !line.EndsWith(" AS base", StringComparison.Ordinal)), line => line.StartsWith("WORKDIR ", StringComparison.Ordinal));
        Assert.Equal("/data", Redis.Services["worker"].Environment["OUTPUT_DIR"]);
        Assert.Contains("data:/data", Redis.Services["worker"].Volumes);
    }

    // The server sleeps about sixteen times a game. A user who tries it out should not wait for a minute.
    [Fact]
    public void Server_sleep_lets_the_bots_games_end_within_seconds() =>
        Assert.InRange(double.Parse(ComposeFile.Variables["SERVER_SLEEP"], CultureInfo.InvariantCulture), 0.1, 0.5);

    [Fact]
    public void Images_clear_the_port_that_the_base_image_sets() => Assert.Contains("ENV ASPNETCORE_HTTP_PORTS=", Dockerfile.Lines);

    [Fact]
    public void Images_declare_no_anonymous_volume() =>
        Assert.DoesNotContain(Dockerfile.Lines, line => line.StartsWith("VOLUME", StringComparison.Ordinal));
}
