using System.Collections;
using System.Diagnostics;

namespace Superhero.Testing;

/// <summary>The previous release of the silo, built from the repository's history.</summary>
public static class PreviousRelease
{
    // The last commit of 0.2.0.
    private const string Commit = "6ac1ddf0437884c9a30aa4c12e6735329ad33946";

    // A build takes a minute on an idle machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "previous");

    /// <summary>Builds it, unless that is done.</summary>
    /// <returns>The assembly of its program; null if the history does not go that far back, as in a shallow clone.</returns>
    public static async Task<string?> BuildAsync()
    {
        var built = Path.Combine(Folder, Commit);
        var silo = Path.Combine(built, "src", "Silo", "bin", "Release", "net10.0", "Superhero.Silo.dll");
        if (File.Exists(silo))
        {
            return silo;
        }

        if (await RunAsync(Repository.Root, "git", "cat-file", "-e", Commit) is { ExitCode: not 0 })
        {
            return null;
        }

        // A build that is cut off, or a second run of the tests, must not be taken for it.
        var folder = Directory.CreateDirectory(Path.Combine(Folder, $"{Guid.NewGuid():N}")).FullName;
        var archive = Path.Combine(folder, "source.tar");
        await SucceedAsync(Repository.Root, "git", "archive", "-o", archive, Commit, "src", "global.json", "Directory.Build.props", "Directory.Packages.props");
        await SucceedAsync(folder, "tar", "-xf", archive);
        await SucceedAsync(folder, "dotnet", "build", "src/Silo", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false", "-nodeReuse:false");
        try
        {
            Directory.Move(folder, built);
        }
        catch (IOException) when (File.Exists(silo))
        {
            Directory.Delete(folder, recursive: true);
        }

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

        // The build of this project sets variables for its tests that break another build.
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key)
            .Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)))
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var outputs = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Limit);
        await process.WaitForExitAsync().WaitAsync(Limit);
        return (process.ExitCode, string.Concat(outputs));
    }
}
