using System.Runtime.InteropServices;

namespace Superhero.Tables.Parquet;

/// <summary>What the C library does with memory that native code frees.</summary>
internal static partial class FreedMemory
{
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int TwoMebibytes = 2 * 1024 * 1024;

    /// <summary>Lets glibc keep a little of it for a thread. Each column's gzip takes a quarter of a megabyte and frees it, and by
    /// itself glibc gives that back to the system each time and takes it again page by page, which costs several times what the
    /// rest of a game's file does.</summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = Set(TrimThreshold, TwoMebibytes);
            _ = Set(MapThreshold, TwoMebibytes);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, with habits of its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Set(int parameter, int value);
}
