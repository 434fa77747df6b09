using Superhero.Testing;

namespace Superhero.Architecture.Tests;

/// <summary>Files are short, and found where one looks for them.</summary>
public class LayoutTests
{
    private const int MaxLines = 250;

    // What they test is not a project: the folders of the two deployments, and the whole.
    private static readonly string[] WithoutProject = ["Architecture.Tests", "Compose.Tests", "Kubernetes.Tests"];

    public static TheoryData<string> Tested =>
        [.. Directory.GetDirectories(Tests, "*.Tests").Select(folder => Path.GetFileName(folder)!).Except(WithoutProject)];

    private static string Source { get; } = Path.Combine(Repository.Root, "src");

    private static string Tests { get; } = Path.Combine(Repository.Root, "tests");

    [Fact]
    public void No_file_is_longer_than_one_can_keep_in_mind()
    {
        var tooLong = CodeFile.In(Source)
            .Select(file => (file.Name, Lines: file.Text.Count(character => character == '\n'))).Where(file => file.Lines > MaxLines).ToList();
        Assert.Empty(tooLong);
    }

    [Theory]
    [MemberData(nameof(Tested))]
    public void The_folders_of_tests_are_those_of_what_they_test(string tests)
    {
        var source = Path.Combine(Source, tests[..^".Tests".Length]);
        Assert.True(Directory.Exists(source), source);
        Assert.Empty(Folders(Path.Combine(Tests, tests)).Except(Folders(source)));
    }

    private static IEnumerable<string> Folders(string project) =>
        CodeFile.In(project).Select(file => Path.GetDirectoryName(Path.GetRelativePath(project, file.Path))!).Distinct();
}
