using System.Runtime.InteropServices;

namespace Superhero.Benchmarks.Measuring;

/// <summary>docs/performance.md.</summary>
public static class Report
{
    /// <summary>Writes it.</summary>
    public static void Write(IEnumerable<Section> sections)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SuperheroOrleans.sln")))
        {
            folder = folder.Parent!;
        }

        var file = Path.Combine(folder.FullName, "docs", "performance.md");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"""
            # Performance

            Written by `dotnet run -c Release --project tests/Benchmarks`, which takes about half an hour and needs `redis-server`.
            Whatever is compared was measured in the same run, in turns, five times each; the tables hold the medians. The games are
            those of the recordings, under new tokens. CPU seconds are those of the processes named, without Redis'.

            Measured on {DateTime.UtcNow:yyyy-MM-dd}: {Processor()}, {Environment.ProcessorCount} cores,
            {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.

            {string.Join('\n', sections.Select(section => section.Text))}
            """.TrimEnd() + "\n");
        Console.Error.WriteLine($"Written: {file}");
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : "unknown";
}
