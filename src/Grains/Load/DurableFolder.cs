using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Superhero.Grains.Load;

/// <summary>Puts files into the output folder so that readers see all of a file or none, and so that it outlives a loss
/// of power.</summary>
/// <param name="root">The output folder.</param>
/// <param name="logger">Told of each step.</param>
public sealed partial class DurableFolder(string root, ILogger<DurableFolder> logger)
{
    // Hidden, beside the tables and so on their file system.
    private readonly string _temporary = Path.Combine(root, "superhero", ".tmp");

    /// <summary>Writes under a temporary name, flushes to disk, and renames. An existing file is replaced.</summary>
    /// <param name="path">The file's path within the output folder.</param>
    /// <param name="content">What it holds.</param>
    /// <exception cref="IOException">The disk is full or fails; the final name is as it was before.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written; likewise.</exception>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var final = Path.Combine(root, path);
        var folder = Path.GetDirectoryName(final)!;
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(_temporary);

        // Two writers of one game may meet here, so each has a name of its own.
        var temporary = Path.Combine(_temporary, $"{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(handle, content, 0);
                LogWritten(path);
                RandomAccess.FlushToDisk(handle);
                LogFlushed(path);
            }

            File.Move(temporary, final, overwrite: true);
            LogRenamed(path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        FlushFolder(folder);
    }

    /// <summary>Writes a file and removes it again, to see whether that works.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public void Probe()
    {
        Directory.CreateDirectory(_temporary);
        var probe = Path.Combine(_temporary, $"probe.{Guid.NewGuid():N}");
        try
        {
            // As much as a game's file takes at the most, by and large.
            File.WriteAllBytes(probe, new byte[8192]);
        }
        finally
        {
            File.Delete(probe);
        }
    }

    /// <summary>Removes what an attempt that died has left of a game's files. A writer that lives and loses its temporary
    /// file fails at its rename and tries again.</summary>
    public void RemoveTemporary(Guid token) => Remove(file => file.Name.StartsWith(token.ToString("D"), StringComparison.Ordinal));

    /// <summary>Removes the temporary files last written before a moment.</summary>
    /// <param name="moment">The moment, in UTC.</param>
    public void RemoveTemporaryBefore(DateTimeOffset moment) => Remove(file => file.LastWriteTimeUtc < moment);

    private void Remove(Func<FileInfo, bool> which)
    {
        if (!Directory.Exists(_temporary))
        {
            return;
        }

        foreach (var file in new DirectoryInfo(_temporary).EnumerateFiles().Where(which))
        {
            file.Delete();
            LogRemoved(file.Name);
        }
    }

    // A rename is durable once its folder is flushed, which .NET can't do; Windows needs no such call.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(folder, 0), ownsHandle: true);
        if (handle.IsInvalid || FSync(handle) != 0)
        {
            throw new IOException($"The folder {folder} can't be flushed to disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int FSync(SafeFileHandle file);

    [LoggerMessage(LogLevel.Debug, "Written: {Path}")]
    private partial void LogWritten(string path);

    [LoggerMessage(LogLevel.Debug, "Flushed: {Path}")]
    private partial void LogFlushed(string path);

    [LoggerMessage(LogLevel.Debug, "Renamed: {Path}")]
    private partial void LogRenamed(string path);

    [LoggerMessage(LogLevel.Information, "Temporary file {Name} of an attempt that died is removed")]
    private partial void LogRemoved(string name);
}
