using System.Text;
using k8s;
using k8s.Models;
using Superhero.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Superhero.Kubernetes.Tests;

/// <summary>A folder of deploy/kubernetes, with all that `kubectl apply -k` makes of it, but for the hashes behind the names of what it
/// generates.</summary>
public sealed class Kustomization
{
    private static readonly IDeserializer Strict = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build();

    private static readonly Dictionary<string, Type> CustomTypes = new() { ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor) };

    private readonly string _folder;

    private Kustomization(string folder)
    {
        _folder = folder;
        Declaration = Strict.Deserialize<KustomizationFile>(File.ReadAllText(Path.Combine(folder, "kustomization.yaml")));
    }

    /// <summary>The folder of all of them.</summary>
    public static string Root { get; } = Path.Combine(Repository.Root, "deploy", "kubernetes");

    /// <summary>The names of all of them: their paths below <see cref="Root"/>.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.GetFiles(Root, "kustomization.yaml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!)).Order(),
    ];

    /// <summary>Its kustomization.yaml.</summary>
    public KustomizationFile Declaration { get; }

    /// <summary>The files of its own that it names.</summary>
    public IEnumerable<string> Files =>
    [
        .. Declaration.Resources.Where(resource => !Directory.Exists(Resolve(resource))),
        .. Declaration.ConfigMapGenerator.SelectMany(generator => generator.Envs),
        .. Declaration.Patches.Select(patch => patch.Path),
    ];

    /// <summary>The objects, of Kubernetes' own types, which take no field that they don't know.</summary>
    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects => field ??=
    [.. Render().SelectMany(node => Parse(Text(node)))];

    /// <summary>One of them, by its name.</summary>
    public static Kustomization Read(string name) => new(Path.GetFullPath(Path.Combine(Root, name)));

    /// <summary>The objects in a text, of the same types.</summary>
    public static IEnumerable<IKubernetesObject<V1ObjectMeta>> Parse(string text) =>
        KubernetesYaml.LoadAllFromString(text, CustomTypes, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>();

    /// <summary>The objects of a type.</summary>
    public IEnumerable<TObject> All<TObject>() => Objects.OfType<TObject>();

    private List<YamlMappingNode> Render()
    {
        var objects = Declaration.Resources.SelectMany(resource => Directory.Exists(Resolve(resource)) ? Read(Resolve(resource)).Render() : Load(resource)).ToList();
        foreach (var (kind, generator) in Declaration.ConfigMapGenerator.Select(one => ("ConfigMap", one)).Concat(Declaration.SecretGenerator.Select(one => ("Secret", one))))
        {
            var generated = Generate(kind, generator);
            if (generator.Behavior == "merge")
            {
                StrategicMerge.Apply(Find(objects, generated), generated);
            }
            else
            {
                objects.Add(generated);
            }
        }

        foreach (var patch in Declaration.Patches.SelectMany(patch => Load(patch.Path)))
        {
            var target = Find(objects, patch);
            if (StrategicMerge.Deletes(patch))
            {
                objects.Remove(target);
            }
            else
            {
                StrategicMerge.Apply(target, patch);
            }
        }

        return objects;
    }

    private string Resolve(string relative) => Path.GetFullPath(Path.Combine(_folder, relative));

    private IEnumerable<YamlMappingNode> Load(string file)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Resolve(file));
        stream.Load(reader);
        return stream.Documents.Select(document => (YamlMappingNode)document.RootNode);
    }

    private YamlMappingNode Generate(string kind, Generator generator)
    {
        var data = new YamlMappingNode();
        foreach (var line in generator.Envs.SelectMany(file => File.ReadLines(Resolve(file))).Concat(generator.Literals))
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var pair = line.Split('=', 2);
                var value = kind == "Secret" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(pair[1])) : pair[1];
                data.Add(pair[0], new YamlScalarNode(value) { Style = ScalarStyle.DoubleQuoted });
            }
        }

        var generated = new YamlMappingNode
        {
            { "apiVersion", "v1" },
            { "kind", kind },
            { "metadata", new YamlMappingNode { { "name", generator.Name } } },
            { "data", data },
        };
        if (kind == "Secret")
        {
            generated.Add("type", "Opaque");
        }

        return generated;
    }

    private static YamlMappingNode Find(IEnumerable<YamlMappingNode> objects, YamlMappingNode like) =>
        objects.Single(one => Identity(one) == Identity(like));

    private static string Identity(YamlMappingNode node) => $"{node["apiVersion"]} {node["kind"]} {node["metadata"]["name"]}";

    private static string Text(YamlMappingNode node)
    {
        using var writer = new StringWriter();
        new YamlStream(new YamlDocument(node)).Save(writer, assignAnchors: false);
        return writer.ToString();
    }
}
