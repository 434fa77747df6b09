using System.Text.Json;
using System.Xml.Linq;
using Superhero.Testing;

namespace Superhero.Architecture.Tests;

/// <summary>No arrow between the projects runs back, and none of them carries what it has no use for.</summary>
public class ReferenceTests
{
    // Which projects each may reference itself.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Demo"] = ["Silo", "Simulator"],
        ["Silo"] = ["Grains", "Settings"],
        ["Grains"] = ["Grains.Interfaces", "Redis", "Tables"],
        ["Simulator"] = ["Redis", "Settings"],
        ["Grains.Interfaces"] = [],
        ["Redis"] = [],
        ["Settings"] = [],
        ["Tables"] = [],
    };

    public static TheoryData<string> Projects => [.. Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file))];

    private static string Source { get; } = Path.Combine(Repository.Root, "src");

    // Release or Debug: what was built together with this.
    private static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_those_alone_that_are_below_it(string project)
    {
        var referenced = XDocument.Load(Path.Combine(Source, project, $"{project}.csproj"))
            .Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Empty(referenced.Except(Arrows[project]));
    }

    // By what is deployed with it, so that what comes by way of another project or package counts, too.
    [Theory]
    [InlineData("Tables", "Orleans", "StackExchange.Redis", "Superhero.Redis")]
    [InlineData("Grains.Interfaces", "Redis", "Parquet")]
    [InlineData("Silo", "Garnet", "Superhero.Simulator", "Superhero.Demo")]
    [InlineData("Simulator", "Orleans", "Parquet")]
    public void A_project_does_without(string project, params string[] unwanted)
    {
        var file = Path.Combine(Source, project, "bin", Configuration, "net10.0", $"Superhero.{project}.deps.json");
        using var dependencies = JsonDocument.Parse(File.ReadAllText(file));
        var libraries = dependencies.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).ToList();
        Assert.Contains(libraries, library => library.StartsWith($"Superhero.{project}/", StringComparison.Ordinal));
        var found = libraries.Where(library => unwanted.Any(name => library.Contains(name, StringComparison.Ordinal))).ToList();
        Assert.Empty(found);
    }
}
