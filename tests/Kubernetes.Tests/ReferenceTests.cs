using System.Text.RegularExpressions;
using k8s.Models;
using Superhero.Testing;

namespace Superhero.Kubernetes.Tests;

/// <summary>What an object names is there, and what is there is named.</summary>
public partial class ReferenceTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));

    public static TheoryData<string> Names => [.. Kustomization.Names];

    private static IEnumerable<(string Secret, string Key)> Documented =>
        SecretKey().Matches(Guide.Split('\n').Single(line => line.Contains("create secret generic credentials ", StringComparison.Ordinal)))
            .Select(match => ("credentials", match.Groups["key"].Value));

    [Theory]
    [MemberData(nameof(Names))]
    public void Config_maps_claims_and_accounts(string name)
    {
        var kustomization = Kustomization.Read(name);
        var pods = Workload.In(kustomization).ToList();
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
    [MemberData(nameof(Names))]
    public void What_is_scaled_and_what_is_found_by_name(string name)
    {
        var kustomization = Kustomization.Read(name);
        var identities = kustomization.Objects.Select(one => (one.ApiVersion, one.Kind, one.Metadata.Name)).ToList();
        Assert.All(
            kustomization.All<V2HorizontalPodAutoscaler>().Select(one => one.Spec.ScaleTargetRef),
            target => Assert.Contains((target.ApiVersion, target.Kind, target.Name), identities));
        Assert.All(kustomization.All<V1StatefulSet>(), one => Assert.Contains(("v1", "Service", one.Spec.ServiceName), identities));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Secrets_which_the_guide_says_how_to_make_where_they_are_not_there(string name)
    {
        var kustomization = Kustomization.Read(name);
        var made = kustomization.All<V1Secret>().SelectMany(secret => secret.Data.Keys.Select(key => (secret.Metadata.Name, key))).ToList();
        Assert.Equal((made.Count > 0 ? made : Documented).Order(), Keys(kustomization).Concat(Keys(Kustomization.Read("base"))).Distinct().Order());
    }

    [Fact]
    public void No_password_stands_in_the_files() => Assert.All(
        Kustomization.Names.SelectMany(name => Kustomization.Read(name).Declaration.SecretGenerator),
        generator =>
        {
            Assert.True(generator.Options.DisableNameSuffixHash);
            Assert.All(generator.Literals.Where(literal => literal.Contains("password", StringComparison.Ordinal)), literal => Assert.EndsWith("=change-me", literal, StringComparison.Ordinal));
        });

    [Fact]
    public void Prometheus_finds_the_page_of_metrics_behind_its_password()
    {
        var monitor = Kustomization.Read("overlays/monitoring").All<ServiceMonitor>().Single().Spec;
        var service = Assert.Single(Kustomization.Read("overlays/demo").All<V1Service>(), one => one.Metadata.Labels is { } labels && monitor.Selector.Matches(labels));
        var endpoint = monitor.Endpoints.Single();
        Assert.Contains(endpoint.Port, service.Spec.Ports.Select(port => port.Name));
        Assert.Equal("/metrics", endpoint.Path);
        Assert.Contains(endpoint.Path, SiloPages.All);
        Assert.DoesNotContain(endpoint.Path, SiloPages.ForAnyone);
        Assert.Matches("^[1-9][0-9]*s$", endpoint.Interval);

        // The silo has the same from the same keys.
        var silo = Workload.Read("base", "silo");
        var user = silo.Containers.Single().Env.Single(variable => variable.Name == "DASHBOARD_USER").ValueFrom.SecretKeyRef;
        Assert.Equal((user.Name, user.Key), (endpoint.BasicAuth.Username.Name, endpoint.BasicAuth.Username.Key));
        var password = silo.Pod.Volumes.Single(volume => volume.Secret is not null).Secret;
        Assert.Equal(password.SecretName, endpoint.BasicAuth.Password.Name);
        Assert.EndsWith(
            $"/{password.Items.Single(item => item.Key == endpoint.BasicAuth.Password.Key).Path}",
            silo.Variables(silo.Containers.Single())["DASHBOARD_PASSWORD_FILE"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_paths_that_the_guide_names()
    {
        var paths = DeployedPath().Matches(Guide).Select(match => match.Value).Distinct().ToList();
        Assert.Contains("deploy/kubernetes/overlays/demo", paths);
        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), path));
    }

    private static IEnumerable<(string Secret, string Key)> Keys(Kustomization kustomization) =>
    [
        .. Workload.In(kustomization).SelectMany(pod => pod.Containers).SelectMany(container => container.Env ?? [])
            .Select(variable => variable.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>().Select(key => (key.Name, key.Key)),
        .. Workload.In(kustomization).SelectMany(pod => pod.Pod.Volumes ?? []).Select(volume => volume.Secret).OfType<V1SecretVolumeSource>()
            .SelectMany(secret => secret.Items.Select(item => (secret.SecretName, item.Key))),
        .. kustomization.All<ServiceMonitor>().SelectMany(monitor => monitor.Spec.Endpoints)
            .SelectMany(endpoint => new[] { endpoint.BasicAuth.Username, endpoint.BasicAuth.Password }).Select(key => (key.Name, key.Key)),
    ];

    [GeneratedRegex("--from-(literal|file)=(?<key>[a-z-]+)")]
    private static partial Regex SecretKey();

    [GeneratedRegex(@"deploy/kubernetes(/[\w-]+)*(\.\w+)?")]
    private static partial Regex DeployedPath();
}
