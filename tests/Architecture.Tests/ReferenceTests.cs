using System.Text.Json;
using System.Xml.Linq;
using Superhero.Testing;

namespace Superhero.Architecture.Tests;

public class ReferenceTests
{
    // The projects that each project may reference directly.
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

    // Release or Debug, as these tests were built.
    private static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_references_only_projects_of_lower_layers(string project)
    {
        var referenced = XDocument.Load(Path.Combine(Source, project, $"{project}.csproj"))
            .Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Empty(referenced.Except(Arrows[project]));
    }

    // Reads the list of deployed libraries, so that indirect references count too.
    [Theory]
    [InlineData("Tables", "Orleans", "StackExchange.Redis", "Superhero.Redis")]
    [InlineData("Grains.Interfaces", "Redis", "Parquet")]
    [InlineData("Silo", "Garnet", "Superhero.Simulator", "Superhero.Demo")]
    [InlineData("Simulator", "Orleans", "Parquet")]
    public void Project_does_not_deploy_libraries_that_it_does_not_need(string project, params string[] unwanted)
    {
        var file = Path.Combine(Source, project, "bin", Configuration, "net10.0", $"Superhero.{project}.deps.json");
        using var dependencies = JsonDocument.Parse(File.ReadAllText(file));
        var libraries = dependencies.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).ToList();
        Assert.Contains(libraries, library => library.StartsWith($"Superhero.{project}/", StringComparison.Ordinal));
        var found = libraries.Where(library => unwanted.Any(name => library.Contains(name, StringComparison.Ordinal))).ToList();
        Assert.Empty(found);
    }
}
