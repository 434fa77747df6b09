using System.Text.RegularExpressions;
using Superhero.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Superhero.Compose.Tests;

/// <summary>A compose file with the values of compose/.env.</summary>
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

    /// <summary>The text of the file.</summary>
    public string Text { get; }

    /// <summary>The variables that the file refers to.</summary>
    public IEnumerable<string> References => Reference().Matches(Text).Select(match => match.Groups[1].Value);

    /// <summary>The services by name.</summary>
    public IReadOnlyDictionary<string, ComposeService> Services { get; }

    /// <summary>The top-level keys.</summary>
    public IEnumerable<string> Keys => _root.Children.Keys.Select(key => ((YamlScalarNode)key).Value!);

    /// <summary>The names that the file declares of a kind, such as volumes.</summary>
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
        Entrypoint = Texts(node, "entrypoint");
        Ports = Texts(node, "ports");
        Volumes = Texts(node, "volumes");
        HasHealthCheck = node.Children.ContainsKey("healthcheck");
        IsReadOnly = node.Children.TryGetValue("read_only", out var readOnly) && Text(readOnly) == "true";
    }

    public string Image { get; }

    /// <summary>The target of the Dockerfile if this service builds its image; otherwise null.</summary>
    public string? BuiltTarget { get; }

    /// <summary>The whole command line, which includes the entry point of an image of this project.</summary>
    public IReadOnlyList<string> Command { get; }

    /// <summary>What the service runs instead of the image's entry point; empty for that.</summary>
    public IReadOnlyList<string> Entrypoint { get; }

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The services that this one waits for, with the condition.</summary>
    public IReadOnlyDictionary<string, string> DependsOn { get; }

    public IReadOnlyList<string> Ports { get; }

    public IReadOnlyList<string> Volumes { get; }

    public bool HasHealthCheck { get; }

    public bool IsReadOnly { get; }

    /// <summary>Whether the service runs an image of this project.</summary>
    public bool IsOurs => Image.StartsWith(OurImages, StringComparison.Ordinal);

    // Compose reads $$ as a dollar sign.
    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!.Replace("$$", "$", StringComparison.Ordinal);

    private static string[] Texts(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var child) ? [.. ((YamlSequenceNode)child).Select(Text)] : [];
}
