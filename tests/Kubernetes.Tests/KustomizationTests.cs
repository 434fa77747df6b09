using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace Superhero.Kubernetes.Tests;

/// <summary>The files are all named, and the objects in them are such as Kubernetes knows.</summary>
public partial class KustomizationTests
{
    private const string Namespace = "superhero-orleans";

    public static TheoryData<string> Names => [.. Kustomization.Names];

    [Fact]
    public void There_are_the_base_and_its_overlays() =>
        Assert.Equal(["base", "overlays/bucket", "overlays/demo", "overlays/monitoring"], Kustomization.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_file_is_named_once(string name) => Assert.Equal(
        Directory.GetFiles(Path.Combine(Kustomization.Root, name)).Select(file => Path.GetFileName(file)!).Order(),
        Kustomization.Read(name).Files.Append("kustomization.yaml").Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_object_is_of_a_known_kind_has_known_fields_alone_and_a_name_of_its_own(string name)
    {
        var objects = Kustomization.Read(name).Objects;
        Assert.NotEmpty(objects);
        Assert.Distinct(objects.Select(one => (one.Kind, one.Metadata.Name)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Everything_is_in_the_namespace(string name)
    {
        var kustomization = Kustomization.Read(name);
        Assert.Equal("kustomize.config.k8s.io/v1beta1", kustomization.Declaration.ApiVersion);
        Assert.Equal("Kustomization", kustomization.Declaration.Kind);
        Assert.Equal(Namespace, kustomization.Declaration.Namespace);
        Assert.All(kustomization.All<V1Namespace>(), one => Assert.Equal(Namespace, one.Metadata.Name));
        Assert.All(kustomization.Objects, one => Assert.Null(one.Metadata.NamespaceProperty));
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Integration")]
    public async Task Kubectl_makes_the_same_of_it(string name)
    {
        Assert.SkipUnless(HasKubectl(), "There is no kubectl here.");
        var start = new ProcessStartInfo("kubectl", ["kustomize", Path.Combine(Kustomization.Root, name)]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);

        var expected = Kustomization.Parse(Hash().Replace(text, "$1")).ToDictionary(Identity);
        var actual = Kustomization.Read(name).Objects.ToDictionary(Identity);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        Assert.All(expected, one => Assert.Equal(Json(one.Value), Json(actual[one.Key])));
    }

    private static bool HasKubectl() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    private static string Identity(IKubernetesObject<V1ObjectMeta> one) => $"{one.ApiVersion} {one.Kind} {one.Metadata.Name}";

    private static string Json(IKubernetesObject<V1ObjectMeta> one)
    {
        one.Metadata.NamespaceProperty = null;
        return Sorted(JsonNode.Parse(KubernetesJson.Serialize(one)))!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject mapping => new JsonObject(mapping.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    // A name that was generated.
    [GeneratedRegex(@"(name: \w+)-[a-z0-9]{10}$", RegexOptions.Multiline)]
    private static partial Regex Hash();
}
