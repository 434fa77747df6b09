using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>Who reaches whom, and on which port.</summary>
public class NetworkTests
{
    private static readonly Dictionary<string, string> Stranger = new() { ["app.kubernetes.io/name"] = "superhero-orleans" };

    public static TheoryData<string> Deployments => [.. Kustomization.Names.Where(name => Kustomization.Read(name).All<V1Deployment>().Any())];

    [Theory]
    [MemberData(nameof(Deployments))]
    public void Silos_alone_reach_the_silos_ports_and_anyone_the_page(string name)
    {
        var kustomization = Kustomization.Read(name);
        var workloads = Workload.In(kustomization).ToList();
        var silo = workloads.Single(workload => workload.Name == "silo");
        var policy = kustomization.All<V1NetworkPolicy>().Single().Spec;
        Assert.Equal(["Ingress"], policy.PolicyTypes);
        Assert.Equal([silo], workloads.Where(workload => policy.PodSelector.Matches(workload.Labels)));
        Assert.All(policy.Ingress.SelectMany(rule => rule.Ports), port => Assert.Contains(port.Port.Value, silo.Containers.Single().Ports.Select(one => one.Name)));
        foreach (var (from, labels) in workloads.Select(workload => (workload.Name, workload.Labels)).Append(("stranger", Stranger)))
        {
            Assert.True(Allows(policy, labels, "http"), from);
            Assert.Equal(from == "silo", Allows(policy, labels, "silo"));
            Assert.Equal(from == "silo", Allows(policy, labels, "gateway"));
        }
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void Every_selector_selects_the_pods_that_are_meant_and_no_others(string name)
    {
        var kustomization = Kustomization.Read(name);
        var workloads = Workload.In(kustomization).ToList();
        Assert.All(workloads.Where(workload => workload.Selector is not null), workload => Assert.Equal([workload.Name], Selected(workload.Selector!.MatchLabels)));
        Assert.All(kustomization.All<V1PodDisruptionBudget>(), budget => Assert.Equal([budget.Metadata.Name], Selected(budget.Spec.Selector.MatchLabels)));
        Assert.All(kustomization.All<V1Service>(), service => Assert.Equal(
            [service.Metadata.Name == "page" ? "silo" : service.Metadata.Name], Selected(service.Spec.Selector)));

        IEnumerable<string> Selected(IDictionary<string, string> wanted) =>
            workloads.Where(workload => LabelSelectorExtensions.Matches(wanted, workload.Labels)).Select(workload => workload.Name);
    }

    [Theory]
    [MemberData(nameof(Deployments))]
    public void Every_service_leads_to_a_port_that_its_pods_listen_on(string name)
    {
        var kustomization = Kustomization.Read(name);
        Assert.All(kustomization.All<V1Service>(), service => Assert.All(service.Spec.Ports, port => Assert.Contains(
            port.TargetPort.Value,
            Workload.In(kustomization).Single(workload => LabelSelectorExtensions.Matches(service.Spec.Selector, workload.Labels))
                .Containers.SelectMany(container => container.Ports ?? []).Select(one => one.Name))));
    }

    [Fact]
    public void What_looks_for_another_in_the_demo_finds_its_service_and_port()
    {
        var demo = Kustomization.Read("overlays/demo");
        var services = demo.All<V1Service>().ToDictionary(service => service.Metadata.Name, service => service.Spec.Ports.Single());
        var containers = Workload.In(demo).SelectMany(workload => workload.OurContainers.Select(container => (container.Name, Variables: workload.Variables(container))))
            .ToDictionary(one => one.Name, one => one.Variables);
        foreach (var client in new[] { "silo", "verify", "build-db", "server" })
        {
            Assert.Equal($"{services[containers[client]["REDIS_HOST"]!].Port}", containers[client].GetValueOrDefault("REDIS_PORT", "6379"));
        }

        Assert.Equal($"{services[containers["player"]["WEBSOCKET_HOST"]!].Port}", containers["player"]["WEBSOCKET_PORT"]);
        Assert.Equal(containers["server"]["WEBSOCKET_PORT"], ContainerPort("server"));
        Assert.Equal("6379", ContainerPort("redis"));
        Assert.Equal("redis", containers["server"]["LOGGER_MODULE"]);

        string ContainerPort(string workload) => $"{Workload.Read("overlays/demo", workload).Pod.Containers.Single().Ports.Single().ContainerPort}";
    }

    [Fact]
    public void The_demos_Redis_flushes_every_write_and_evicts_nothing() => Assert.Equal(
        ["redis-server", "--requirepass", "$(REDIS_PASSWORD)", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"],
        Workload.Read("overlays/demo", "redis").Containers.Single().Args);

    // A rule without `from` is for anyone, and without ports for all of them.
    private static bool Allows(V1NetworkPolicySpec policy, IDictionary<string, string> from, string port) => policy.Ingress.Any(rule =>
        (rule.Ports is null || rule.Ports.Any(one => one.Port is null || one.Port.Value == port))
        && (rule.FromProperty is null || rule.FromProperty.Any(peer =>
            peer is { PodSelector: { } pods, NamespaceSelector: null, IpBlock: null } ? pods.Matches(from) : throw new NotSupportedException("No other namespace or address is let in."))));
}
