namespace Superhero.Testing;

/// <summary>A folder that goes when the test ends.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("superhero-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
