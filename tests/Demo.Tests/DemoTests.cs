using Superhero.Testing;

namespace Superhero.Demo.Tests;

[Trait("Category", "Integration")]
public class DemoTests
{
    [Fact]
    public async Task Demo_of_two_silos_loses_no_game_and_writes_none_twice()
    {
        using var folder = new TemporaryFolder();
        var demo = await ProgramRun.RunAsync(
            "dotnet", typeof(SiloProcess).Assembly.Location, "--silos", "2", "--players", "6", "--games", "2", "--output", folder.Path);
        Assert.True(demo.ExitCode == 0, string.Join('\n', [demo.Output, demo.Error, .. Directory.GetFiles(folder.Path, "*.log").Select(File.ReadAllText)]));
        Assert.NotEmpty(DuckDb.Rows(folder.Path));
        Assert.Distinct(DuckDb.Rows(folder.Path).Select(row => (row.Game, row.User)));

        var lines = demo.Output.Split('\n').ToList();
        var up = lines.FindIndex(line => line.StartsWith("Silos up: 2 of 2", StringComparison.Ordinal));
        Assert.InRange(up, 0, lines.FindIndex(line => line.StartsWith("Bots: ", StringComparison.Ordinal)));

        // The report is what a user of the demo reads.
        Assert.Contains("0 lost, 0 doubled", demo.Output, StringComparison.Ordinal);
        Assert.Contains("wins", demo.Output, StringComparison.Ordinal);
    }
}
