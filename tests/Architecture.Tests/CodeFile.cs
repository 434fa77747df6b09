namespace Superhero.Architecture.Tests;

/// <summary>A C# source file of this repository.</summary>
internal sealed class CodeFile(string path)
{
    /// <summary>The source files below a folder.</summary>
    public static IEnumerable<CodeFile> In(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !System.IO.Path.GetRelativePath(folder, file).Split(System.IO.Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(file => new CodeFile(file));

    public string Path { get; } = path;

    /// <summary>The file's name without its extension: the name of its type.</summary>
    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    public string Text { get; } = File.ReadAllText(path);
}
