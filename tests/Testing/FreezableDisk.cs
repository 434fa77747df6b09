namespace Superhero.Testing;

/// <summary>A file system in a file that can be made to hang like a disk that does not answer. It needs the right to mount.</summary>
public sealed class FreezableDisk : IDisposable
{
    private const long Size = 1L << 30;

    private readonly TemporaryFolder _folder = new();

    public FreezableDisk()
    {
        var image = System.IO.Path.Combine(_folder.Path, "image");
        using (var file = File.Create(image))
        {
            file.SetLength(Size);
        }

        Mounting.Run("mkfs.ext4", "-q", image);
        Mounting.Run("mount", "-o", "loop", image, Directory.CreateDirectory(Path).FullName);
        Mounting.Run("chmod", "777", Path);
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Combine(_folder.Path, "disk");

    /// <summary>Makes all writes wait.</summary>
    public void Freeze() => Mounting.Run("fsfreeze", "--freeze", Path);

    /// <summary>Lets writes continue.</summary>
    public void Thaw() => Mounting.Run("fsfreeze", "--unfreeze", Path);

    public void Dispose()
    {
        Mounting.Run("umount", "--lazy", Path);
        _folder.Dispose();
    }
}
