using System.Collections;
using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>The silo as it was released before, built from the repository's history.</summary>
public static class PreviousRelease
{
    // The last commit of 0.2.0.
    private const string Commit = "6ac1ddf0437884c9a30aa4c12e6735329ad33946";

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "previous", Commit);

    /// <summary>Builds it, where that is not yet done.</summary>
    /// <returns>The assembly of its program; null where the history does not go that far back, as in a shallow clone.</returns>
    public static async Task<string?> BuildAsync()
    {
        var silo = Path.Combine(Folder, "src", "Silo", "bin", "Release", "net10.0", "Superhero.Silo.dll");
        if (File.Exists(silo))
        {
            return silo;
        }

        if (await RunAsync(Repository.Root, "git", "cat-file", "-e", Commit) is { ExitCode: not 0 })
        {
            return null;
        }

        Directory.CreateDirectory(Folder);
        var archive = Path.Combine(Folder, "source.tar");
        await SucceedAsync(Repository.Root, "git", "archive", "-o", archive, Commit, "src", "global.json", "Directory.Build.props", "Directory.Packages.props");
        await SucceedAsync(Folder, "tar", "-xf", archive);
        await SucceedAsync(Folder, "dotnet", "build", "src/Silo", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false", "-nodeReuse:false");
        return silo;
    }

    private static async Task SucceedAsync(string folder, params string[] command)
    {
        var (exitCode, output) = await RunAsync(folder, command);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {output}");
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string folder, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the build of this project told its tests is not meant for another build.
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key)
            .Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)))
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(outputs));
    }
}
