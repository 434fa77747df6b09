using k8s.Models;
using Microsoft.Extensions.Configuration;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Simulator;
using Superhero.Testing;

namespace Superhero.Kubernetes.Tests;

[Trait("Category", "Integration")]
public class WorkloadTests(Manifests manifests)
{
    // The group of APP_UID of .NET's images.
    private const long Group = 1654;

    [Theory]
    [InlineData("base", "silo", "verify")]
    [InlineData("overlays/bucket", "silo", "verify")]
    [InlineData("overlays/demo", "player", "redis", "server", "silo", "verify")]
    [InlineData("overlays/monitoring")]
    [InlineData("overlays/openshift", "silo", "verify")]
    public void Kustomization_deploys_the_workloads_of_its_purpose(string name, params string[] workloads) =>
        Assert.Equal(workloads, manifests[name].Workloads.Select(workload => workload.Name).Order());

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Container_variables_are_known_to_the_program_and_have_valid_values(string name)
    {
        using var secrets = new TemporaryFolder();
        var file = Path.Combine(secrets.Path, "secret");
        File.WriteAllText(file, "secret");
        foreach (var (workload, container) in Containers(name))
        {
            var settings = Settings(container);
            var variables = workload.Variables(container);
            Assert.Empty(variables.Keys.Except(settings.Variables));
            foreach (var variable in variables.Keys.Intersect(settings.Settings.Select(setting => setting.FileVariable)).ToList())
            {
                Assert.Contains(variables[variable!], workload.SecretFiles(container));
                variables[variable!] = file;
            }

            // Without it a silo looks for an address of this machine, which may have no network.
            variables.TryAdd("SILO_HOST", "10.0.0.1");
            settings.Read(new ConfigurationBuilder().AddInMemoryCollection(variables).Build());
        }
    }

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Only_the_demo_allows_the_passwords_of_the_examples(string name) => Assert.All(Containers(name), one => Assert.Equal(
        name == "overlays/demo" && Settings(one.Container).Variables.Contains("ALLOW_EXAMPLE_PASSWORDS"),
        one.Workload.Variables(one.Container).TryGetValue("ALLOW_EXAMPLE_PASSWORDS", out var allowed) && allowed == "True"));

    [Fact]
    public async Task Container_arguments_are_commands_and_options_of_the_program()
    {
        var containers = Manifests.Deployments.SelectMany(row => Containers(row.Data)).Select(one => one.Container)
            .DistinctBy(container => (container.Image, string.Join(' ', container.Args ?? [])));
        foreach (var container in containers)
        {
            var program = container.Image == "superhero-orleans-silo" ? "Superhero.Silo" : "Superhero.Simulator";
            var command = (container.Args ?? []).TakeWhile(part => !part.StartsWith('-')).ToList();
            var run = await ProgramRun.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. command, "--help"]);
            Assert.Contains(string.Join(' ', [program, .. command]), run.SuccessfulOutput, StringComparison.Ordinal);
            Assert.All((container.Args ?? []).Where(part => part.StartsWith('-')), option => Assert.Contains(option, run.Output, StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Images_are_those_of_the_compose_file_and_the_projects_own_are_not_pulled(string name)
    {
        Assert.All(manifests[name].Workloads.SelectMany(workload => workload.Containers), container => Assert.Contains($"image: {container.Image}", Compose.Lines));
        Assert.All(Containers(name), one =>
        {
            Assert.Equal("IfNotPresent", one.Container.ImagePullPolicy);
            Assert.Null(one.Container.Command);
        });
    }

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Pods_run_without_privileges(string name)
    {
        Assert.Equal(["USER $APP_UID", "USER $APP_UID"], Compose.Dockerfile.Where(line => line.StartsWith("USER", StringComparison.Ordinal)));
        Assert.All(manifests[name].Workloads, workload =>
        {
            var pod = workload.Pod;
            Assert.False(pod.EnableServiceLinks);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            if (workload.OurContainers.Any())
            {
                Assert.Equal((null, null), (pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup));
            }

            Assert.All(workload.Containers, container =>
            {
                Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
                Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
                Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
                Assert.Null(container.SecurityContext.Capabilities.Add);
                Assert.Null(container.SecurityContext.RunAsUser);
            });
        });
    }

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Volumes_are_mounted_and_accessible_to_the_pods_user(string name) => Assert.All(manifests[name].Workloads, workload =>
    {
        var volumes = workload.Pod.Volumes ?? [];
        Assert.Equal(
            workload.Volumes.Order(), workload.Containers.SelectMany(container => container.VolumeMounts).Select(mount => mount.Name).Distinct().Order());
        Assert.All(workload.OurContainers, container => Assert.Contains(
            container.VolumeMounts, mount => mount.MountPath == "/tmp" && volumes.Single(volume => volume.Name == mount.Name).EmptyDir is not null));
        if (workload.Volumes.Except(volumes.Where(volume => volume.EmptyDir is not null).Select(volume => volume.Name)).Any())
        {
            Assert.Equal(name == "overlays/openshift" ? null : workload.Pod.SecurityContext.RunAsGroup ?? Group, workload.Pod.SecurityContext.FsGroup);
        }

        Assert.All(volumes.Where(volume => volume.Secret is not null), volume => Assert.Equal(Convert.ToInt32("440", 8), volume.Secret.DefaultMode));
    });

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Containers_request_CPU_and_memory_and_only_memory_is_limited(string name) => Assert.All(
        manifests[name].Workloads.SelectMany(workload => workload.Containers),
        container =>
        {
            Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
            Assert.Equal(["memory"], container.Resources.Limits.Keys);
            Assert.True(container.Resources.Requests["memory"].ToDecimal() <= container.Resources.Limits["memory"].ToDecimal());
        });

    private IEnumerable<(Workload Workload, V1Container Container)> Containers(string name) =>
        manifests[name].Workloads.SelectMany(workload => workload.OurContainers.Select(container => (workload, container)));

    private static SettingsGroup Settings(V1Container container) => (container.Image, container.Args) switch
    {
        ("superhero-orleans-silo", _) => SiloSettings.All,
        ("superhero-orleans-simulator", ["server", ..]) => SimulatorSettings.Server,
        ("superhero-orleans-simulator", ["player", ..]) => SimulatorSettings.Player,
        ("superhero-orleans-simulator", ["build-db", ..]) => SimulatorSettings.BuildDb,
        _ => throw new NotSupportedException($"This test does not know the program of {container.Name}."),
    };
}
