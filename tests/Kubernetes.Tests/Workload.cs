using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>An object that creates pods, and their specification.</summary>
public sealed class Workload
{
    private const string OurImages = "superhero-orleans-";

    private readonly Kustomization _kustomization;

    private Workload(Kustomization kustomization, V1ObjectMeta metadata, V1PodTemplateSpec template, V1LabelSelector? selector, IEnumerable<V1PersistentVolumeClaim> claims)
    {
        _kustomization = kustomization;
        Name = metadata.Name;
        Labels = template.Metadata.Labels;
        Pod = template.Spec;
        Selector = selector;
        Volumes = [.. (Pod.Volumes ?? []).Select(volume => volume.Name), .. claims.Select(claim => claim.Metadata.Name)];
        Containers = [.. Pod.InitContainers ?? [], .. Pod.Containers];
    }

    public string Name { get; }

    /// <summary>The labels of its pods.</summary>
    public IDictionary<string, string> Labels { get; }

    public V1PodSpec Pod { get; }

    /// <summary>The selector of its pods; null if Kubernetes chooses it.</summary>
    public V1LabelSelector? Selector { get; }

    /// <summary>The names of the volumes that its containers may mount.</summary>
    public IReadOnlyList<string> Volumes { get; }

    /// <summary>All containers, init containers included.</summary>
    public IReadOnlyList<V1Container> Containers { get; }

    /// <summary>The containers that run an image of this project.</summary>
    public IEnumerable<V1Container> OurContainers => Containers.Where(container => container.Image.StartsWith(OurImages, StringComparison.Ordinal));

    /// <summary>The workloads of a kustomization.</summary>
    public static IEnumerable<Workload> In(Kustomization kustomization) =>
    [
        .. kustomization.All<V1Deployment>().Select(one => new Workload(kustomization, one.Metadata, one.Spec.Template, one.Spec.Selector, [])),
        .. kustomization.All<V1StatefulSet>().Select(one => new Workload(kustomization, one.Metadata, one.Spec.Template, one.Spec.Selector, one.Spec.VolumeClaimTemplates)),
        .. kustomization.All<V1CronJob>().Select(one => new Workload(kustomization, one.Metadata, one.Spec.JobTemplate.Spec.Template, null, [])),
    ];

    /// <summary>The environment variables of a container, with placeholders for values from Secrets and from the pod.</summary>
    public Dictionary<string, string?> Variables(V1Container container)
    {
        var variables = (container.EnvFrom ?? [])
            .SelectMany(source => _kustomization.All<V1ConfigMap>().Single(map => map.Metadata.Name == source.ConfigMapRef.Name).Data)
            .ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        foreach (var variable in container.Env ?? [])
        {
            variables[variable.Name] = variable switch
            {
                { ValueFrom.FieldRef.FieldPath: "status.podIP" } => "10.0.0.1",
                { ValueFrom.SecretKeyRef: not null } => "secret",
                { Value: { } value, ValueFrom: null } => value,
                _ => throw new NotSupportedException($"{variable.Name} has a source that this test does not know."),
            };
        }

        return variables;
    }

    /// <summary>The files that Secrets provide to a container.</summary>
    public IEnumerable<string> SecretFiles(V1Container container) =>
        from mount in container.VolumeMounts
        from volume in Pod.Volumes ?? []
        where volume.Name == mount.Name && volume.Secret is not null
        from item in volume.Secret.Items
        select $"{mount.MountPath}/{item.Path}";

    public override string ToString() => Name;
}
