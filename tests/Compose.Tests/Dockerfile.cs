using System.Text.Json;

namespace Superhero.Compose.Tests;

/// <summary>compose/Dockerfile.</summary>
public static class Dockerfile
{
    private const string EntryPoint = "ENTRYPOINT ";

    /// <summary>The file as it is written.</summary>
    public static IReadOnlyList<string> Lines { get; } = File.ReadAllLines(Path.Combine(ComposeFile.Folder, "Dockerfile"));

    /// <summary>What a container of each of its targets runs, before the command that the container is given.</summary>
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
