using System.Globalization;
using Superhero.Demo;

namespace Superhero.Benchmarks.Measuring;

/// <summary>The memory of a silo, in MiB, as the kernel counts it.</summary>
public static class Memory
{
    /// <summary>What is resident now.</summary>
    public static double Now(SiloProcess silo) => Read(silo, "VmRSS:");

    /// <summary>The most that ever was.</summary>
    public static double Peak(SiloProcess silo) => Read(silo, "VmHWM:");

    private static double Read(SiloProcess silo, string name) =>
        double.Parse(
            File.ReadLines($"/proc/{silo.Process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture) / 1024;
}
