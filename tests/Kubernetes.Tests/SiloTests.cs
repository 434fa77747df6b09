using k8s.Models;

namespace Superhero.Kubernetes.Tests;

[Trait("Category", "Integration")]
public class SiloTests(Manifests manifests)
{
    private Kustomization Base => manifests["base"];

    private Workload Silo => Base["silo"];

    private V1Container Container => Silo.Containers.Single();

    [Fact]
    public void Container_ports_are_the_ports_that_the_silo_listens_on()
    {
        var variables = Silo.Variables(Container);
        Assert.Equal(
            new[] { ("gateway", variables["GATEWAY_PORT"]), ("http", variables["HTTP_PORT"]), ("silo", variables["SILO_PORT"]) },
            Container.Ports.Select(port => (port.Name, (string?)$"{port.ContainerPort}")).Order());
        Assert.Equal("status.podIP", Container.Env.Single(variable => variable.Name == "SILO_HOST").ValueFrom.FieldRef.FieldPath);
        Assert.Equal("::", variables["HTTP_HOST"]);
    }

    [Fact]
    public void Probes_request_health_pages_that_need_no_password()
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
    public void Termination_grace_period_covers_the_preStop_hook_and_the_silos_shutdown() => Assert.True(
        Silo.Pod.TerminationGracePeriodSeconds >= Container.Lifecycle.PreStop.Sleep.Seconds + Compose.StopGracePeriod);

    [Fact]
    public void Rolling_update_adds_a_silo_before_it_removes_one()
    {
        var spec = Base.All<V1Deployment>().Single().Spec;
        Assert.Equal(("1", "0"), (spec.Strategy.RollingUpdate.MaxSurge.Value, spec.Strategy.RollingUpdate.MaxUnavailable.Value));
        Assert.True(spec.MinReadySeconds >= 2);
    }

    [Fact]
    public void Autoscaler_alone_sets_the_number_of_silos_from_their_CPU_use()
    {
        Assert.Null(Base.All<V1Deployment>().Single().Spec.Replicas);
        var scaling = Base.All<V2HorizontalPodAutoscaler>().Single().Spec;
        Assert.True(scaling is { MinReplicas: >= 2 and var least, MaxReplicas: var most } && most > least);
        Assert.Equal(("Resource", "cpu", "Utilization"), (scaling.Metrics.Single().Type, scaling.Metrics.Single().Resource.Name, scaling.Metrics.Single().Resource.Target.Type));
        Assert.True(scaling.Metrics.Single().Resource.Target.AverageUtilization is > 0 and < 100);
    }

    [Fact]
    public void Node_drain_evicts_one_silo_at_a_time_even_if_none_is_ready() => Assert.Equal(
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
    public void Silos_and_commands_share_one_volume_at_OUTPUT_DIR(string name, string accessMode)
    {
        var claim = manifests[name].All<V1PersistentVolumeClaim>().Single();
        Assert.Equal([accessMode], claim.Spec.AccessModes);
        foreach (var workload in manifests[name].Workloads.Where(one => one.Containers[0].Image == Container.Image))
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
    public void Bucket_overlay_needs_no_volume_and_no_access_key()
    {
        var bucket = manifests["overlays/bucket"];
        Assert.Empty(bucket.All<V1PersistentVolumeClaim>());
        var account = bucket.All<V1ServiceAccount>().Single().Metadata.Name;
        foreach (var workload in bucket.Workloads)
        {
            var variables = workload.Variables(workload.Containers.Single());
            Assert.StartsWith("s3://", variables["OUTPUT_URI"], StringComparison.Ordinal);
            Assert.DoesNotContain("AWS_ACCESS_KEY_ID", variables.Keys);
            Assert.Equal(account, workload.Pod.ServiceAccountName);
            Assert.DoesNotContain("tables", workload.Volumes);
        }
    }

    [Fact]
    public void Verification_job_runs_on_a_schedule_without_retries()
    {
        var job = Base.All<V1CronJob>().Single().Spec;
        Assert.Equal(["verify", "--allow-empty"], job.JobTemplate.Spec.Template.Spec.Containers.Single().Args);
        Assert.Equal(("Forbid", "Never"), (job.ConcurrencyPolicy, job.JobTemplate.Spec.Template.Spec.RestartPolicy));
        Assert.Equal(0, job.JobTemplate.Spec.BackoffLimit);
        Assert.Equal(5, job.Schedule.Split(' ').Length);
    }
}
