using Superhero.Testing;

namespace Superhero.Architecture.Tests;

public class LayoutTests
{
    private const int MaxLines = 250;

    // These test no single project, but the two deployments and the whole repository.
    private static readonly string[] WithoutProject = ["Architecture.Tests", "Compose.Tests", "Kubernetes.Tests"];

    public static TheoryData<string> Tested =>
        [.. Directory.GetDirectories(Tests, "*.Tests").Select(folder => Path.GetFileName(folder)!).Except(WithoutProject)];

    private static string Source { get; } = Path.Combine(Repository.Root, "src");

    private static string Tests { get; } = Path.Combine(Repository.Root, "tests");

    [Fact]
    public void Source_files_have_at_most_250_lines()
    {
        var tooLong = CodeFile.In(Source)
            .Select(file => (file.Name, Lines: file.Text.Count(character => character == '\n'))).Where(file => file.Lines > MaxLines).ToList();
        Assert.Empty(tooLong);
    }

    [Theory]
    [MemberData(nameof(Tested))]
    public void Folders_of_a_test_project_mirror_those_of_its_source_project(string tests)
    {
        var source = Path.Combine(Source, tests[..^".Tests".Length]);
        Assert.True(Directory.Exists(source), source);
        Assert.Empty(Folders(Path.Combine(Tests, tests)).Except(Folders(source)));
    }

    private static IEnumerable<string> Folders(string project) =>
        CodeFile.In(project).Select(file => Path.GetDirectoryName(Path.GetRelativePath(project, file.Path))!).Distinct();
}
