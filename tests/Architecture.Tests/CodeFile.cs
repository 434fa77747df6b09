namespace Superhero.Architecture.Tests;

/// <summary>A file of C# that is written by hand.</summary>
internal sealed class CodeFile(string path)
{
    /// <summary>All files in a folder, at any depth.</summary>
    public static IEnumerable<CodeFile> In(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !System.IO.Path.GetRelativePath(folder, file).Split(System.IO.Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        .Select(file => new CodeFile(file));

    public string Path { get; } = path;

    /// <summary>Its name without the extension, which is that of its type.</summary>
    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    public string Text { get; } = File.ReadAllText(path);
}
