using System.Text.Json;

namespace Superhero.Compose.Tests;

/// <summary>compose/Dockerfile.</summary>
public static class Dockerfile
{
    private const string EntryPoint = "ENTRYPOINT ";

    /// <summary>The lines of the file.</summary>
    public static IReadOnlyList<string> Lines { get; } = File.ReadAllLines(Path.Combine(ComposeFile.Folder, "Dockerfile"));

    /// <summary>The entry point of each target.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Programs { get; } = ReadPrograms();

    private static Dictionary<string, IReadOnlyList<string>> ReadPrograms()
    {
        var programs = new Dictionary<string, IReadOnlyList<string>>();
        var target = "";
        foreach (var line in Lines)
        {
            if (line.StartsWith("FROM ", StringComparison.Ordinal))
            {
                target = line.Split(' ')[^1];
            }
            else if (line.StartsWith(EntryPoint, StringComparison.Ordinal))
            {
                programs.Add(target, JsonSerializer.Deserialize<string[]>(line[EntryPoint.Length..])!);
            }
        }

        return programs;
    }
}
