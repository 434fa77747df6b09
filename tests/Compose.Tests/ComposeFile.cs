using System.Text.RegularExpressions;
using Superhero.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Superhero.Compose.Tests;

/// <summary>A compose file, with the values of compose/.env in it.</summary>
public sealed partial class ComposeFile
{
    private readonly YamlMappingNode _root;

    private ComposeFile(string path)
    {
        Text = File.ReadAllText(path);
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(Reference().Replace(Text, match => Variables[match.Groups[1].Value])))));
        _root = (YamlMappingNode)stream.Documents[0].RootNode;
        Services = Mapping(_root, "services").ToDictionary(entry => entry.Key, entry => new ComposeService((YamlMappingNode)entry.Value));
    }

    /// <summary>The folder of the compose files.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "compose");

    /// <summary>compose/.env.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = File.ReadLines(Path.Combine(Folder, ".env"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>The file as it is written.</summary>
    public string Text { get; }

    /// <summary>The variables that it refers to.</summary>
    public IEnumerable<string> References => Reference().Matches(Text).Select(match => match.Groups[1].Value);

    /// <summary>Its services, by name.</summary>
    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    /// <summary>What stands at its outermost level.</summary>
    public IEnumerable<string> Keys => _root.Children.Keys.Select(key => ((YamlScalarNode)key).Value!);

    /// <summary>The volumes and configs that it declares.</summary>
    public IEnumerable<string> Declared(string kind) => Mapping(_root, kind).Keys;

    public static ComposeFile Read(string name) => new(Path.Combine(Folder, name));

    internal static Dictionary<string, YamlNode> Mapping(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var child) && child is YamlMappingNode mapping
            ? mapping.ToDictionary(entry => ((YamlScalarNode)entry.Key).Value!, entry => entry.Value)
            : [];

    [GeneratedRegex(@"\$\{([A-Z0-9_]+)\}")]
    private static partial Regex Reference();
}

/// <summary>A service of a compose file.</summary>
public sealed class ComposeService
{
    private const string OurImages = "superhero-orleans-";

    internal ComposeService(YamlMappingNode node)
    {
        Image = Text(node.Children["image"]);
        BuiltTarget = ComposeFile.Mapping(node, "build").TryGetValue("target", out var target) ? Text(target) : null;
        Command = IsOurs ? [.. Dockerfile.Programs[Image[OurImages.Length..]], .. Texts(node, "command")] : Texts(node, "command");
        Environment = ComposeFile.Mapping(node, "environment").ToDictionary(entry => entry.Key, entry => Text(entry.Value));
        DependsOn = ComposeFile.Mapping(node, "depends_on")
            .ToDictionary(entry => entry.Key, entry => Text(((YamlMappingNode)entry.Value)["condition"]));
        Ports = Texts(node, "ports");
        Volumes = Texts(node, "volumes");
        HasHealthCheck = node.Children.ContainsKey("healthcheck");
        IsReadOnly = node.Children.TryGetValue("read_only", out var readOnly) && Text(readOnly) == "true";
    }

    public string Image { get; }

    /// <summary>The target of the Dockerfile from which its image is built, where it is the service that has it built.</summary>
    public string? BuiltTarget { get; }

    /// <summary>All of what it runs: the image's program, where the image is this project's, and the command.</summary>
    public IReadOnlyList<string> Command { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The services that it waits for, and until when.</summary>
    public IReadOnlyDictionary<string, string> DependsOn { get; }

    public IReadOnlyList<string> Ports { get; }

    public IReadOnlyList<string> Volumes { get; }

    public bool HasHealthCheck { get; }

    public bool IsReadOnly { get; }

    /// <summary>Whether it runs an image of this project's.</summary>
    public bool IsOurs => Image.StartsWith(OurImages, StringComparison.Ordinal);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static string[] Texts(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var child) ? [.. ((YamlSequenceNode)child).Select(Text)] : [];
}
