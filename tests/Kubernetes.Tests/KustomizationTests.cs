using System.Text.RegularExpressions;
using k8s.Models;

namespace Superhero.Kubernetes.Tests;

[Trait("Category", "Integration")]
public class KustomizationTests(Manifests manifests)
{
    private const string Namespace = "superhero-orleans";

    [Fact]
    public void Deployment_consists_of_a_base_and_four_overlays() => Assert.Equal(
        ["base", "overlays/bucket", "overlays/demo", "overlays/monitoring", "overlays/openshift"], Manifests.Names.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Manifests.Names), MemberType = typeof(Manifests))]
    public void Kustomization_lists_every_file_of_its_folder_once(string name)
    {
        var folder = Path.Combine(Manifests.Root, name);
        var lines = File.ReadAllLines(Path.Combine(folder, "kustomization.yaml"));
        Assert.All(
            Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Except(["kustomization.yaml"]),
            file => Assert.Single(lines, line => Regex.IsMatch(line, $"^ +- (path: )?{Regex.Escape(file)}$")));
    }

    [Theory]
    [MemberData(nameof(Manifests.Names), MemberType = typeof(Manifests))]
    public void Objects_have_unique_names_in_the_namespace(string name)
    {
        var objects = manifests[name].Objects;
        Assert.NotEmpty(objects);
        Assert.Distinct(objects.Select(one => (one.Kind, one.Metadata.Name)));
        Assert.All(objects, one => Assert.Equal(Namespace, one is V1Namespace ? one.Metadata.Name : one.Metadata.NamespaceProperty));
    }
}
