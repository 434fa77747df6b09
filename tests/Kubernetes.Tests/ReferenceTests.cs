using System.Text;
using System.Text.RegularExpressions;
using k8s.Models;
using Superhero.Testing;

namespace Superhero.Kubernetes.Tests;

[Trait("Category", "Integration")]
public partial class ReferenceTests(Manifests manifests)
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    private static IEnumerable<(string Secret, string Key)> Documented =>
        SecretKey().Matches(Guide.Split('\n').Single(line => line.Contains("create secret generic credentials ", StringComparison.Ordinal)))
            .Select(match => ("credentials", match.Groups["key"].Value));

    [Theory]
    [MemberData(nameof(Manifests.Names), MemberType = typeof(Manifests))]
    public void Pods_refer_to_every_config_map_claim_and_account_that_exists_and_to_no_other(string name)
    {
        var kustomization = manifests[name];
        var pods = kustomization.Workloads;
        Assert.Equal(
            Existing<V1ConfigMap>(map => map.Metadata.Name),
            Distinct(pods.SelectMany(pod => pod.Containers).SelectMany(container => container.EnvFrom ?? []).Select(source => source.ConfigMapRef.Name)));
        Assert.Equal(
            Existing<V1PersistentVolumeClaim>(claim => claim.Metadata.Name),
            Distinct(pods.SelectMany(pod => pod.Pod.Volumes ?? []).Select(volume => volume.PersistentVolumeClaim?.ClaimName)));
        Assert.Equal(Existing<V1ServiceAccount>(account => account.Metadata.Name), Distinct(pods.Select(pod => pod.Pod.ServiceAccountName)));

        IEnumerable<string> Existing<TObject>(Func<TObject, string> name) => kustomization.All<TObject>().Select(name).Order();

        static IEnumerable<string> Distinct(IEnumerable<string?> names) => names.OfType<string>().Distinct().Order();
    }

    [Theory]
    [MemberData(nameof(Manifests.Names), MemberType = typeof(Manifests))]
    public void Autoscalers_and_stateful_sets_refer_to_objects_that_exist(string name)
    {
        var identities = manifests[name].Objects.Select(one => (one.ApiVersion, one.Kind, one.Metadata.Name)).ToList();
        Assert.All(
            manifests[name].All<V2HorizontalPodAutoscaler>().Select(one => one.Spec.ScaleTargetRef),
            target => Assert.Contains((target.ApiVersion, target.Kind, target.Name), identities));
        Assert.All(manifests[name].All<V1StatefulSet>(), one => Assert.Contains(("v1", "Service", one.Spec.ServiceName), identities));
    }

    [Theory]
    [MemberData(nameof(Manifests.Names), MemberType = typeof(Manifests))]
    public void Secrets_that_the_base_and_an_overlay_need_are_generated_or_documented(string name)
    {
        var generated = manifests[name].All<V1Secret>().SelectMany(secret => secret.Data.Keys.Select(key => (secret.Metadata.Name, key))).ToList();
        Assert.Equal((generated.Count > 0 ? generated : Documented).Order(), Keys(manifests[name]).Concat(Keys(manifests["base"])).Distinct().Order());
    }

    [Fact]
    public void Generated_passwords_are_placeholders() => Assert.All(
        Manifests.Names.SelectMany(row => manifests[row.Data].All<V1Secret>()).SelectMany(secret => secret.Data)
            .Where(entry => entry.Key.Contains("password", StringComparison.Ordinal)),
        entry => Assert.Equal("change-me", Encoding.UTF8.GetString(entry.Value)));

    [Fact]
    public void Prometheus_scrapes_the_metrics_page_with_the_silos_own_password()
    {
        var monitor = manifests["overlays/monitoring"].All<ServiceMonitor>().Single().Spec;
        var service = Assert.Single(manifests["overlays/demo"].All<V1Service>(), one => one.Metadata.Labels is { } labels && monitor.Selector.Matches(labels));
        var endpoint = monitor.Endpoints.Single();
        Assert.Contains(endpoint.Port, service.Spec.Ports.Select(port => port.Name));
        Assert.Equal("/metrics", endpoint.Path);
        Assert.Contains(endpoint.Path, SiloPages.All);
        Assert.DoesNotContain(endpoint.Path, SiloPages.ForAnyone);
        Assert.Matches("^[1-9][0-9]*s$", endpoint.Interval);

        var silo = manifests["base"]["silo"];
        var user = silo.Containers.Single().Env.Single(variable => variable.Name == "DASHBOARD_USER").ValueFrom.SecretKeyRef;
        Assert.Equal((user.Name, user.Key), (endpoint.BasicAuth.Username.Name, endpoint.BasicAuth.Username.Key));
        var password = silo.Pod.Volumes.Single(volume => volume.Secret is not null).Secret;
        Assert.Equal(password.SecretName, endpoint.BasicAuth.Password.Name);
        Assert.EndsWith(
            $"/{password.Items.Single(item => item.Key == endpoint.BasicAuth.Password.Key).Path}",
            silo.Variables(silo.Containers.Single())["DASHBOARD_PASSWORD_FILE"], StringComparison.Ordinal);
    }

    [Fact]
    public void Guide_refers_to_paths_that_exist()
    {
        var paths = DeployedPath().Matches(Guide).Select(match => match.Value).Distinct().ToList();
        Assert.Contains("deploy/kubernetes/overlays/demo", paths);
        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
    }

    private static IEnumerable<(string Secret, string Key)> Keys(Kustomization kustomization) =>
    [
        .. kustomization.Workloads.SelectMany(pod => pod.Containers).SelectMany(container => container.Env ?? [])
            .Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Select(key => (key.Name, key.Key)),
        .. kustomization.Workloads.SelectMany(pod => pod.Pod.Volumes ?? []).Select(volume => volume.Secret).OfType<V1SecretVolumeSource>()
            .SelectMany(secret => secret.Items.Select(item => (secret.SecretName, item.Key))),
        .. kustomization.All<ServiceMonitor>().SelectMany(monitor => monitor.Spec.Endpoints)
            .SelectMany(endpoint => new[] { endpoint.BasicAuth.Username, endpoint.BasicAuth.Password }).Select(key => (key.Name, key.Key)),
    ];

    [GeneratedRegex("--from-(literal|file)=(?<key>[a-z-]+)")]
    private static partial Regex SecretKey();

    [GeneratedRegex(@"deploy/kubernetes(/[\w-]+)*(\.\w+)?")]
    private static partial Regex DeployedPath();
}
