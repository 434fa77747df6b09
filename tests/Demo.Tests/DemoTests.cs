using System.Diagnostics;
using Superhero.Testing;

namespace Superhero.Demo.Tests;

[Trait("Category", "Integration")]
public class DemoTests
{
    [Fact]
    public async Task The_demo_loses_nothing_and_doubles_nothing()
    {
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(SiloProcess).Assembly.Location, "--silos", "2", "--players", "6", "--games", "2", "--output", folder.Path])
        {
            RedirectStandardOutput = true,
        };
        using var demo = Process.Start(start)!;
        var output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(demo.ExitCode == 0, string.Join('\n', [output, .. Directory.GetFiles(folder.Path, "*.log").Select(File.ReadAllText)]));
        Assert.Contains("0 lost, 0 doubled", output, StringComparison.Ordinal);
        Assert.Contains("wins", output, StringComparison.Ordinal);
    }
}
