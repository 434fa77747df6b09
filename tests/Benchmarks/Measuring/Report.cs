using System.Runtime.InteropServices;
using Superhero.Testing;

namespace Superhero.Benchmarks.Measuring;

/// <summary>docs/performance.md.</summary>
public static class Report
{
    private const string Introduction =
        """
        # Performance

        Written by `dotnet run -c Release --project tests/Benchmarks`, which takes about half an hour and needs `redis-server`; with
        the name of a scenario behind it, that part alone is measured anew. Whatever is compared was measured in the same run, in
        turns, five times each; the tables hold the medians. The games are those of the recordings, under new tokens. CPU seconds
        are those of the processes named, without Redis'.
        """;

    /// <summary>Puts a section into the report, in the place of the one with the same heading.</summary>
    public static void Put(Section section)
    {
        var file = Path.Combine(Repository.Root, "docs", "performance.md");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        List<string> sections = File.Exists(file) ? [.. File.ReadAllText(file).Split("\n## ").Skip(1)] : [];
        var written = $"{section.Text.TrimEnd()["## ".Length..]}\n\n{Machine()}";
        var place = sections.FindIndex(one => one.Split('\n')[0] == written.Split('\n')[0]);
        if (place < 0)
        {
            sections.Add(written);
        }
        else
        {
            sections[place] = written;
        }

        File.WriteAllText(file, $"{Introduction}\n\n{string.Join("\n\n", sections.Select(one => $"## {one.TrimEnd()}"))}\n");
        Console.Error.WriteLine($"Written: {file}");
    }

    private static string Machine() =>
        $"Measured on {DateTime.UtcNow:yyyy-MM-dd}: {Processor()}, {Environment.ProcessorCount} cores, "
        + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.";

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : "unknown";
}
