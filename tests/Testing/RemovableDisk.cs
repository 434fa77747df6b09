namespace Superhero.Testing;

/// <summary>A disk that can be unmounted, and mounted again with all that is on it. It needs the right to mount.</summary>
public sealed class RemovableDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _content = new();

    public RemovableDisk() => Mount();

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Path;

    /// <summary>Mounts it again.</summary>
    public void Mount() => Mounting.Run("mount", "--bind", _content.Path, Path);

    /// <summary>Unmounts it, which leaves an empty folder.</summary>
    public void Unmount() => Mounting.Run("umount", "--lazy", Path);

    public void Dispose()
    {
        Unmount();
        _folder.Dispose();
        _content.Dispose();
    }
}
