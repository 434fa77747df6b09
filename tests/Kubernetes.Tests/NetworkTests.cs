using k8s.Models;

namespace Superhero.Kubernetes.Tests;

[Trait("Category", "Integration")]
public class NetworkTests(Manifests manifests)
{
    private static readonly Dictionary<string, string> Stranger = new() { ["app.kubernetes.io/name"] = "superhero-orleans" };

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Only_silos_reach_the_silo_ports_and_any_pod_reaches_the_page(string name)
    {
        var workloads = manifests[name].Workloads;
        var silo = manifests[name]["silo"];
        var policy = manifests[name].All<V1NetworkPolicy>().Single().Spec;
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
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Selectors_select_only_the_intended_pods(string name)
    {
        var workloads = manifests[name].Workloads;
        Assert.All(workloads.Where(workload => workload.Selector is not null), workload => Assert.Equal([workload.Name], Selected(workload.Selector!.MatchLabels)));
        Assert.All(manifests[name].All<V1PodDisruptionBudget>(), budget => Assert.Equal([budget.Metadata.Name], Selected(budget.Spec.Selector.MatchLabels)));
        Assert.All(manifests[name].All<V1Service>(), service => Assert.Equal(
            [service.Metadata.Name == "page" ? "silo" : service.Metadata.Name], Selected(service.Spec.Selector)));

        IEnumerable<string> Selected(IDictionary<string, string> wanted) =>
            workloads.Where(workload => LabelSelectorExtensions.Matches(wanted, workload.Labels)).Select(workload => workload.Name);
    }

    [Theory]
    [MemberData(nameof(Manifests.Deployments), MemberType = typeof(Manifests))]
    public void Service_ports_lead_to_container_ports(string name) =>
        Assert.All(manifests[name].All<V1Service>(), service => Assert.All(service.Spec.Ports, port => Assert.Contains(
            port.TargetPort.Value,
            manifests[name].Workloads.Single(workload => LabelSelectorExtensions.Matches(service.Spec.Selector, workload.Labels))
                .Containers.SelectMany(container => container.Ports ?? []).Select(one => one.Name))));

    [Fact]
    public void Demo_programs_connect_to_the_services_and_ports_of_the_demo()
    {
        var demo = manifests["overlays/demo"];
        var services = demo.All<V1Service>().ToDictionary(service => service.Metadata.Name, service => service.Spec.Ports.Single());
        var containers = demo.Workloads.SelectMany(workload => workload.OurContainers.Select(container => (container.Name, Variables: workload.Variables(container))))
            .ToDictionary(one => one.Name, one => one.Variables);
        foreach (var client in new[] { "silo", "verify", "build-db", "server" })
        {
            Assert.Equal($"{services[containers[client]["REDIS_HOST"]!].Port}", containers[client].GetValueOrDefault("REDIS_PORT", "6379"));
        }

        Assert.Equal($"{services[containers["player"]["WEBSOCKET_HOST"]!].Port}", containers["player"]["WEBSOCKET_PORT"]);
        Assert.Equal(containers["server"]["WEBSOCKET_PORT"], ContainerPort("server"));
        Assert.Equal("6379", ContainerPort("redis"));
        Assert.Equal("redis", containers["server"]["LOGGER_MODULE"]);

        string ContainerPort(string workload) => $"{demo[workload].Pod.Containers.Single().Ports.Single().ContainerPort}";
    }

    [Fact]
    public void Demo_Redis_flushes_every_write_and_evicts_nothing() => Assert.Equal(
        ["redis-server", "--requirepass", "$(REDIS_PASSWORD)", "--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"],
        manifests["overlays/demo"]["redis"].Containers.Single().Args);

    // A rule without `from` admits any pod, and a rule without ports covers all ports.
    private static bool Allows(V1NetworkPolicySpec policy, IDictionary<string, string> from, string port) => policy.Ingress.Any(rule =>
        (rule.Ports is null || rule.Ports.Any(one => one.Port is null || one.Port.Value == port))
        && (rule.FromProperty is null || rule.FromProperty.Any(peer =>
            peer is { PodSelector: { } pods, NamespaceSelector: null, IpBlock: null } ? pods.Matches(from) : throw new NotSupportedException("This test knows only pod selectors."))));
}
