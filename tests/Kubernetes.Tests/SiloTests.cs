using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>What only silos need: their addresses, their tables, and time to start and to end.</summary>
public class SiloTests
{
    private static readonly Kustomization Base = Kustomization.Read("base");
    private static readonly Workload Silo = Workload.Read("base", "silo");

    private static V1Container Container => Silo.Containers.Single();

    [Fact]
    public void Its_ports_are_those_that_it_is_told_to_listen_on()
    {
        var variables = Silo.Variables(Container);
        Assert.Equal(
            new[] { ("gateway", variables["GATEWAY_PORT"]), ("http", variables["HTTP_PORT"]), ("silo", variables["SILO_PORT"]) },
            Container.Ports.Select(port => (port.Name, (string?)$"{port.ContainerPort}")).Order());
        Assert.Equal("status.podIP", Container.Env.Single(variable => variable.Name == "SILO_HOST").ValueFrom.FieldRef.FieldPath);
        Assert.Equal("0.0.0.0", variables["HTTP_HOST"]);
    }

    [Fact]
    public void Its_probes_ask_pages_that_answer_anyone()
    {
        V1Probe[] probes = [Container.StartupProbe, Container.LivenessProbe, Container.ReadinessProbe];
        Assert.Equal(["/health/live", "/health/live", "/health/ready"], probes.Select(probe => probe.HttpGet.Path));
        Assert.All(probes, probe =>
        {
            Assert.Contains(probe.HttpGet.Path, SiloPages.ForAnyone);
            Assert.Equal("http", probe.HttpGet.Port.Value);
        });
        Assert.True(Container.StartupProbe.PeriodSeconds * Container.StartupProbe.FailureThreshold >= 300);
    }

    [Fact]
    public void It_has_the_time_that_it_takes_to_end_after_its_page_is_left_alone() => Assert.True(
        Silo.Pod.TerminationGracePeriodSeconds >= Container.Lifecycle.PreStop.Sleep.Seconds + Compose.StopGracePeriod);

    [Fact]
    public void A_new_one_is_there_before_an_old_one_goes()
    {
        var spec = Base.All<V1Deployment>().Single().Spec;
        Assert.Equal(("1", "0"), (spec.Strategy.RollingUpdate.MaxSurge.Value, spec.Strategy.RollingUpdate.MaxUnavailable.Value));
        Assert.True(spec.MinReadySeconds >= 2);
        Assert.Null(spec.Replicas);
    }

    [Fact]
    public void Its_number_follows_the_CPU_that_it_asks_for()
    {
        var scaling = Base.All<V2HorizontalPodAutoscaler>().Single().Spec;
        Assert.True(scaling is { MinReplicas: >= 2 and var least, MaxReplicas: var most } && most > least);
        Assert.Equal(("Resource", "cpu", "Utilization"), (scaling.Metrics.Single().Type, scaling.Metrics.Single().Resource.Name, scaling.Metrics.Single().Resource.Target.Type));
        Assert.True(scaling.Metrics.Single().Resource.Target.AverageUtilization is > 0 and < 100);
    }

    [Fact]
    public void One_at_a_time_is_taken_away() => Assert.Equal(
        ("1", null, "AlwaysAllow"),
        Base.All<V1PodDisruptionBudget>().Select(one => (one.Spec.MaxUnavailable.Value, one.Spec.MinAvailable?.Value, one.Spec.UnhealthyPodEvictionPolicy)).Single());

    [Fact]
    public void Silos_are_spread_over_nodes_and_zones()
    {
        Assert.Equal(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], Silo.Pod.TopologySpreadConstraints.Select(one => one.TopologyKey));
        Assert.All(Silo.Pod.TopologySpreadConstraints, one =>
        {
            Assert.Equal((1, "ScheduleAnyway"), (one.MaxSkew, one.WhenUnsatisfiable));
            Assert.True(one.LabelSelector.Matches(Silo.Labels));
        });
    }

    [Theory]
    [InlineData("base", "ReadWriteMany")]
    [InlineData("overlays/demo", "ReadWriteOnce")]
    public void The_tables_are_on_one_volume_where_silos_and_commands_look_for_them(string name, string accessMode)
    {
        var kustomization = Kustomization.Read(name);
        var claim = kustomization.All<V1PersistentVolumeClaim>().Single();
        Assert.Equal([accessMode], claim.Spec.AccessModes);
        foreach (var workload in Workload.In(kustomization).Where(one => one.Containers[0].Image == Container.Image))
        {
            var container = workload.Containers.Single();
            var volume = workload.Pod.Volumes.Single(one => one.PersistentVolumeClaim?.ClaimName == claim.Metadata.Name);
            var mount = container.VolumeMounts.Single(one => one.Name == volume.Name);
            Assert.Equal(workload.Variables(container)["OUTPUT_DIR"], mount.MountPath);
            Assert.Contains($"ENV OUTPUT_DIR={mount.MountPath}", Compose.Dockerfile);
            Assert.Equal(workload.Name == "verify", mount.ReadOnlyProperty is true);
        }
    }

    [Fact]
    public void The_tables_are_in_a_bucket_that_needs_no_volume_and_no_key()
    {
        var kustomization = Kustomization.Read("overlays/bucket");
        Assert.Empty(kustomization.All<V1PersistentVolumeClaim>());
        var account = kustomization.All<V1ServiceAccount>().Single().Metadata.Name;
        foreach (var workload in Workload.In(kustomization))
        {
            var variables = workload.Variables(workload.Containers.Single());
            Assert.StartsWith("s3://", variables["OUTPUT_URI"], StringComparison.Ordinal);
            Assert.DoesNotContain("AWS_ACCESS_KEY_ID", variables.Keys);
            Assert.Equal(account, workload.Pod.ServiceAccountName);
            Assert.DoesNotContain("tables", workload.Volumes);
        }
    }

    [Fact]
    public void The_tables_are_verified_once_where_nothing_is_wrong_and_once_where_something_is()
    {
        var job = Base.All<V1CronJob>().Single().Spec;
        Assert.Equal(["verify", "--allow-empty"], job.JobTemplate.Spec.Template.Spec.Containers.Single().Args);
        Assert.Equal(("Forbid", "Never"), (job.ConcurrencyPolicy, job.JobTemplate.Spec.Template.Spec.RestartPolicy));
        Assert.Equal(0, job.JobTemplate.Spec.BackoffLimit);
        Assert.Equal(5, job.Schedule.Split(' ').Length);
    }
}
