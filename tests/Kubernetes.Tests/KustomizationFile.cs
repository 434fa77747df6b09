namespace Superhero.Kubernetes.Tests;

/// <summary>What this project uses of kustomization.yaml; whatever else stands there is refused.</summary>
public sealed class KustomizationFile
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public string Namespace { get; set; } = "";

    public IList<string> Resources { get; set; } = [];

    public IList<Generator> ConfigMapGenerator { get; set; } = [];

    public IList<Generator> SecretGenerator { get; set; } = [];

    public IList<PatchFile> Patches { get; set; } = [];
}

/// <summary>Makes a ConfigMap or a Secret, or adds to one.</summary>
public sealed class Generator
{
    public string Name { get; set; } = "";

    public string Behavior { get; set; } = "create";

    public IList<string> Envs { get; set; } = [];

    public IList<string> Literals { get; set; } = [];

    public GeneratorOptions Options { get; set; } = new();
}

/// <summary>How it is named.</summary>
public sealed class GeneratorOptions
{
    public bool DisableNameSuffixHash { get; set; }
}

/// <summary>A file that changes an object.</summary>
public sealed class PatchFile
{
    public string Path { get; set; } = "";
}
