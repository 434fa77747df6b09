using System.Globalization;
using Superhero.Testing;

namespace Superhero.Kubernetes.Tests;

/// <summary>The deployment by Compose, which uses the same images.</summary>
internal static class Compose
{
    private const string Grace = "stop_grace_period: ";

    private static readonly string Folder = Path.Combine(Repository.Root, "compose");

    /// <summary>The compose file's lines, without their indentation.</summary>
    public static IReadOnlyList<string> Lines { get; } = [.. File.ReadLines(Path.Combine(Folder, "docker-compose.redis.yml")).Select(line => line.Trim())];

    public static IReadOnlyList<string> Dockerfile { get; } = File.ReadAllLines(Path.Combine(Folder, "Dockerfile"));

    /// <summary>The seconds that a silo has to stop.</summary>
    public static int StopGracePeriod { get; } =
        int.Parse(Lines.Single(line => line.StartsWith(Grace, StringComparison.Ordinal))[Grace.Length..^1], CultureInfo.InvariantCulture);
}
