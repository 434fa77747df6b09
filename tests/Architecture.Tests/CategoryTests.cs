using System.Text.RegularExpressions;
using Superhero.Testing;

namespace Superhero.Architecture.Tests;

/// <summary>`./test.sh fast` excludes tests by this category.</summary>
public partial class CategoryTests
{
    private const string Category = """[Trait("Category", "Integration")]""";

    // The folders of the helpers that tests use.
    private static readonly string[] Folders = ["src/Demo", "tests/Testing", "tests/Chaos", "tests/FaultInjection"];

    [Fact]
    public void Tests_that_start_a_process_have_the_category_Integration()
    {
        var tests = Directory.GetDirectories(Path.Combine(Repository.Root, "tests"), "*.Tests").SelectMany(CodeFile.In)
            .Where(file => !file.Path.StartsWith(Path.Combine(Repository.Root, "tests", "Architecture.Tests"), StringComparison.Ordinal))
            .ToLookup(file => file.Name.EndsWith("Tests", StringComparison.Ordinal));
        var starting = Starting([.. Folders.SelectMany(folder => CodeFile.In(Path.Combine(Repository.Root, folder))), .. tests[false]]);
        Assert.Contains("SiloCluster", starting);
        Assert.DoesNotContain("GameFolder", starting);
        Assert.Empty(tests[true]
            .Where(file => Starts(file, starting) && !file.Text.Contains(Category, StringComparison.Ordinal)).Select(file => file.Name));
    }

    // The helpers that start a process, directly or through another helper.
    private static HashSet<string> Starting(IReadOnlyCollection<CodeFile> helpers)
    {
        HashSet<string> starting = [];
        int known;
        do
        {
            known = starting.Count;
            starting.UnionWith(helpers.Where(helper => helper.Name != "Program" && Starts(helper, starting)).Select(helper => helper.Name));
        }
        while (starting.Count > known);

        return starting;
    }

    private static bool Starts(CodeFile file, HashSet<string> starting) => Start().IsMatch(file.Text)
        || Word().Matches(file.Text).Any(word => starting.Contains(word.Value));

    [GeneratedRegex(@"Process\.Start\(|new ProcessStartInfo|Puppeteer\.LaunchAsync")]
    private static partial Regex Start();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
