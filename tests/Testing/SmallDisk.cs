namespace Superhero.Testing;

/// <summary>A file system of 256 KiB in memory that can be filled and made read-only. It needs the right to mount.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallDisk() => Mounting.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", Path);

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Path;

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        try
        {
            File.WriteAllBytes(Filler, new byte[1024 * 1024]);
        }
        catch (IOException)
        {
            // It is full now.
        }
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(Filler);

    /// <summary>Makes it read-only or writable.</summary>
    public void Remount(bool readOnly) => Mounting.Run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", Path);

    public void Dispose()
    {
        Mounting.Run("umount", "--lazy", Path);
        _folder.Dispose();
    }
}
