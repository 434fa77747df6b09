using Superhero.Kubernetes.Tests;
using Superhero.Testing;

[assembly: AssemblyFixture(typeof(Manifests))]

namespace Superhero.Kubernetes.Tests;

/// <summary>The kustomizations of deploy/kubernetes, each rendered once for all tests.</summary>
public sealed class Manifests : IAsyncLifetime
{
    private readonly Dictionary<string, Kustomization> _rendered = [];

    /// <summary>The folder of all kustomizations.</summary>
    public static string Root { get; } = Path.Combine(Repository.Root, "deploy", "kubernetes");

    /// <summary>The kustomizations' names, which are their paths below <see cref="Root"/>.</summary>
    public static TheoryData<string> Names { get; } =
    [
        .. Directory.GetFiles(Root, "kustomization.yaml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal),
    ];

    /// <summary>The names of those that deploy silos.</summary>
    public static TheoryData<string> Deployments { get; } = ["base", "overlays/bucket", "overlays/demo", "overlays/openshift"];

    /// <summary>A kustomization by its name.</summary>
    public Kustomization this[string name] => _rendered[name];

    public async ValueTask InitializeAsync()
    {
        foreach (var name in Names.Select(row => row.Data))
        {
            _rendered.Add(name, new Kustomization(await Kubectl.KustomizeAsync(Path.Combine(Root, name))));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
