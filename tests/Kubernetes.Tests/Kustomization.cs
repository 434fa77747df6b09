using k8s;
using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>The objects that `kubectl apply -k` creates from a folder.</summary>
/// <param name="manifests">The rendered YAML. A field that Kubernetes does not know is an error.</param>
public sealed class Kustomization(string manifests)
{
    private static readonly Dictionary<string, Type> CustomTypes = new() { ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor) };

    /// <summary>All objects.</summary>
    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; } =
        [.. KubernetesYaml.LoadAllFromString(manifests, CustomTypes, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];

    /// <summary>The objects that create pods.</summary>
    public IReadOnlyList<Workload> Workloads => field ??= [.. Workload.In(this)];

    /// <summary>A workload by its name.</summary>
    public Workload this[string workload] => Workloads.Single(one => one.Name == workload);

    /// <summary>The objects of a type.</summary>
    public IEnumerable<TObject> All<TObject>() => Objects.OfType<TObject>();
}
