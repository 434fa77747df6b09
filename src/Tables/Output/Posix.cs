using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Superhero.Tables.Output;

/// <summary>What the system does with files and .NET does not offer.</summary>
internal static partial class Posix
{
    // Linux' own numbers. Of O_TMPFILE one part, O_DIRECTORY, differs from one processor to another.
    private const int WriteOnly = 0x1;
    private const int CloseOnExec = 0x80000;
    private const int Temporary = 0x400000;
    private const int CurrentFolder = -100;
    private const int FollowLinks = 0x400;

    // What .NET gives to new files, before the process's mask.
    private const int ReadableByAll = 0b110_110_110;

    private const int InvalidArgument = 22;
    private const int Exists = 17;
    private const uint NoReplace = 1;

    private static readonly int FolderOnly = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 0x10000,
        Architecture.Arm64 => 0x4000,
        _ => 0,
    };

    private static readonly int NotSupported = OperatingSystem.IsLinux() ? 95 : 45;

    /// <summary>Whether this system may have files without a name; not every file system of it does.</summary>
    public static bool HasNamelessFiles { get; } = OperatingSystem.IsLinux() && FolderOnly != 0 && Directory.Exists("/proc/self/fd");

    /// <summary>The number of the user who runs this; null where users have none.</summary>
    public static uint? User => OperatingSystem.IsWindows() ? null : GetEffectiveUser();

    /// <summary>Opens a new file that is in no folder, for writing.</summary>
    /// <param name="folder">The folder on whose file system it lies.</param>
    /// <returns>An invalid handle where that can't be had.</returns>
    public static SafeFileHandle OpenNameless(string folder) =>
        new(Open(folder, Temporary | FolderOnly | CloseOnExec | WriteOnly, ReadableByAll), ownsHandle: true);

    /// <summary>Gives a file without a name its first one.</summary>
    /// <returns>False if the name is taken; null if it can't be done.</returns>
    public static bool? TryName(SafeFileHandle file, string path) =>
        LinkAt(CurrentFolder, $"/proc/self/fd/{file.DangerousGetHandle()}", CurrentFolder, path, FollowLinks) == 0 ? true
        : Marshal.GetLastPInvokeError() == Exists ? false
        : null;

    /// <summary>Gives a file another name, if no file has it. The first name may be left.</summary>
    /// <returns>False if the name is taken.</returns>
    /// <exception cref="IOException">It can't be done.</exception>
    public static bool TryRename(string path, string other)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(path, other, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(other))
            {
                return false;
            }
        }

        // Some file systems have no hard links, and others can't rename without replacing.
        if (Link(path, other) == 0 || (Marshal.GetLastPInvokeError() != Exists && OperatingSystem.IsLinux()
            && RenameAt(CurrentFolder, path, CurrentFolder, other, NoReplace) == 0))
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Exists
            ? false
            : throw new IOException($"{other} can't get its name: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Gives a file another name, in the place of a file that has it. .NET would copy it in pieces where the two are on different
    /// file systems, and readers would see them.</summary>
    /// <exception cref="IOException">It can't be done.</exception>
    public static void Rename(string path, string other)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(path, other, overwrite: true);
        }
        else if (MoveTo(path, other) != 0)
        {
            throw new IOException($"{other} can't get its name by renaming {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Waits until a file is safe on disk.</summary>
    /// <exception cref="IOException">It can't be made safe.</exception>
    public static void Flush(SafeFileHandle file)
    {
        // .NET passes over some failures here, and on macOS knows of a stronger way.
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
        }
        else if (FSync(file) != 0)
        {
            throw new IOException($"A file can't be flushed to disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Waits until the names of the files in a folder are safe on disk. Windows needs no such call, and a file system
    /// that knows none is taken at its word.</summary>
    /// <exception cref="IOException">They can't be made safe.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(folder, OperatingSystem.IsLinux() ? CloseOnExec : 0, 0), ownsHandle: true);
        if (handle.IsInvalid || (FSync(handle) != 0 && !IsUnknown(Marshal.GetLastPInvokeError())))
        {
            throw new IOException($"The folder {folder} can't be flushed to disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static bool IsUnknown(int error) => error == InvalidArgument || error == NotSupported;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int MoveTo(string path, string other);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Link(string path, string other);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int RenameAt(int fromFolder, string from, int folder, string path, uint flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int LinkAt(int fromFolder, string from, int folder, string path, int flags);
}
