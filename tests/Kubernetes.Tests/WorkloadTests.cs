using System.Diagnostics;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using Superhero.Settings;
using Superhero.Silo.Hosting;
using Superhero.Simulator;
using Superhero.Testing;

namespace Superhero.Kubernetes.Tests;

/// <summary>The pods run what the images have, as the programs want it, and as a user without rights.</summary>
public class WorkloadTests
{
    // What .NET's images have as APP_UID.
    private const long User = 1654;

    public static TheoryData<string, string> Workloads =>
        [.. Kustomization.Names.SelectMany(name => Workload.In(Kustomization.Read(name)).Select(workload => (name, workload.Name)))];

    [Fact]
    public void There_are_those_of_the_deployment()
    {
        Assert.Equal(["silo", "verify"], Names("base"));
        Assert.Equal(["silo", "verify"], Names("overlays/bucket"));
        Assert.Equal(["player", "redis", "server", "silo", "verify"], Names("overlays/demo"));

        static IEnumerable<string> Names(string name) => Workload.In(Kustomization.Read(name)).Select(workload => workload.Name).Order();
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Every_variable_is_one_that_its_program_reads_and_has_a_value_that_it_takes(string kustomization, string name)
    {
        var workload = Workload.Read(kustomization, name);
        using var secrets = new TemporaryFolder();
        var file = Path.Combine(secrets.Path, "secret");
        File.WriteAllText(file, "secret");
        foreach (var container in workload.OurContainers)
        {
            var settings = Settings(container);
            var variables = workload.Variables(container);
            Assert.Empty(variables.Keys.Except(settings.Variables));
            foreach (var variable in variables.Keys.Intersect(settings.Settings.Select(setting => setting.FileVariable)).ToList())
            {
                Assert.Contains(variables[variable!], workload.SecretFiles(container));
                variables[variable!] = file;
            }

            // There may be no network here.
            variables.TryAdd("SILO_HOST", "10.0.0.1");
            settings.Read(new ConfigurationBuilder().AddInMemoryCollection(variables).Build());
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    [Trait("Category", "Integration")]
    public async Task Every_command_and_option_exists(string kustomization, string name)
    {
        foreach (var container in Workload.Read(kustomization, name).OurContainers)
        {
            var program = container.Image == "superhero-orleans-silo" ? "Superhero.Silo" : "Superhero.Simulator";
            var command = (container.Args ?? []).TakeWhile(part => !part.StartsWith('-')).ToList();
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. command, "--help"])
            {
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var help = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            Assert.Contains(string.Join(' ', [program, .. command]), help, StringComparison.Ordinal);
            Assert.All((container.Args ?? []).Where(part => part.StartsWith('-')), option => Assert.Contains(option, help, StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Every_image_is_one_of_the_compose_file_and_ours_may_be_on_the_node_alone(string kustomization, string name)
    {
        var workload = Workload.Read(kustomization, name);
        Assert.All(workload.Containers, container => Assert.Contains($"image: {container.Image}", Compose.Lines));
        Assert.All(workload.OurContainers, container =>
        {
            Assert.Equal("IfNotPresent", container.ImagePullPolicy);
            Assert.Null(container.Command);
        });
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void A_pod_has_no_rights_that_it_does_not_need(string kustomization, string name)
    {
        var workload = Workload.Read(kustomization, name);
        var pod = workload.Pod;
        Assert.False(pod.EnableServiceLinks);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.Equal(["USER $APP_UID", "USER $APP_UID"], Compose.Dockerfile.Where(line => line.StartsWith("USER", StringComparison.Ordinal)));
        if (workload.OurContainers.Any())
        {
            Assert.Equal((User, User), (pod.SecurityContext.RunAsUser, pod.SecurityContext.RunAsGroup));
        }

        Assert.All(workload.Containers, container =>
        {
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Null(container.SecurityContext.Capabilities.Add);
            Assert.Null(container.SecurityContext.RunAsUser);
        });
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Every_volume_is_there_and_mounted_and_its_files_are_for_the_user(string kustomization, string name)
    {
        var workload = Workload.Read(kustomization, name);
        Assert.Equal(
            workload.Volumes.Order(), workload.Containers.SelectMany(container => container.VolumeMounts).Select(mount => mount.Name).Distinct().Order());
        Assert.All(workload.OurContainers, container => Assert.Contains(
            container.VolumeMounts, mount => mount.MountPath == "/tmp" && workload.Pod.Volumes.Single(volume => volume.Name == mount.Name).EmptyDir is not null));
        var passing = (workload.Pod.Volumes ?? []).Where(volume => volume.EmptyDir is not null).Select(volume => volume.Name);
        if (workload.Volumes.Except(passing).Any())
        {
            Assert.Equal(workload.Pod.SecurityContext.RunAsGroup, workload.Pod.SecurityContext.FsGroup);
        }

        Assert.All((workload.Pod.Volumes ?? []).Where(volume => volume.Secret is not null), volume => Assert.Equal(Convert.ToInt32("440", 8), volume.Secret.DefaultMode));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Every_container_says_what_it_needs_and_no_CPU_is_held_back(string kustomization, string name) => Assert.All(
        Workload.Read(kustomization, name).Containers,
        container =>
        {
            Assert.Equal(["cpu", "memory"], container.Resources.Requests.Keys.Order());
            Assert.Equal(["memory"], container.Resources.Limits.Keys);
            Assert.True(container.Resources.Requests["memory"].ToDecimal() <= container.Resources.Limits["memory"].ToDecimal());
        });

    private static SettingsGroup Settings(V1Container container) => (container.Image, container.Args) switch
    {
        ("superhero-orleans-silo", _) => SiloSettings.All,
        ("superhero-orleans-simulator", ["server", ..]) => SimulatorSettings.Server,
        ("superhero-orleans-simulator", ["player", ..]) => SimulatorSettings.Player,
        ("superhero-orleans-simulator", ["build-db", ..]) => SimulatorSettings.BuildDb,
        _ => throw new NotSupportedException($"{container.Name} runs nothing that this test knows."),
    };
}
