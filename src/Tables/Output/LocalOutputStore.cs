using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Superhero.Tables.Output;

/// <summary>Puts files into the output folder so that readers see all of a file or none, and so that it outlives a loss
/// of power.</summary>
/// <param name="root">The output folder.</param>
/// <param name="logger">Told of each step.</param>
public sealed partial class LocalOutputStore(string root, ILogger<LocalOutputStore> logger) : IOutputStore
{
    // Hidden, beside the tables and so on their file system.
    private readonly string _temporary = Path.Combine(root, "superhero", ".tmp");

    /// <inheritdoc />
    /// <remarks>It is written under a temporary name, flushed to disk, and renamed.</remarks>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content)
    {
        var final = Path.Combine(root, path);
        var folder = Path.GetDirectoryName(final)!;
        CreateDurably(folder);
        Directory.CreateDirectory(_temporary);

        // Two writers of one game may meet here, so each has a name of its own.
        var temporary = Path.Combine(_temporary, $"{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(handle, content.Span, 0);
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
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => File.ReadAllBytesAsync(Path.Combine(root, path));

    /// <inheritdoc />
    public IAsyncEnumerable<StoredFile> ListAsync(string folder) =>
        (Directory.Exists(Path.Combine(root, folder))
            ? new DirectoryInfo(Path.Combine(root, folder)).EnumerateFiles("*", SearchOption.AllDirectories)
            : [])
        .Select(file => new StoredFile(Path.GetRelativePath(root, file.FullName), file.LastWriteTimeUtc))
        .ToAsyncEnumerable();

    /// <inheritdoc />
    public Task DeleteAsync(string path)
    {
        File.Delete(Path.Combine(root, path));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    /// <remarks>A disk costs nothing to write to, and may fill up from elsewhere.</remarks>
    public TimeSpan ProbeInterval => TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public Task ProbeAsync()
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

        return Task.CompletedTask;
    }

    /// <summary>The folder.</summary>
    public override string ToString() => root;

    /// <inheritdoc />
    /// <remarks>A writer that lives and loses its temporary file fails at its rename and tries again.</remarks>
    public void RemoveTemporary(Guid token) => Remove(file => file.Name.StartsWith(token.ToString("D"), StringComparison.Ordinal));

    /// <inheritdoc />
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

    // A new folder is durable once the one that holds it is flushed.
    private static void CreateDurably(string folder)
    {
        if (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            CreateDurably(parent);
            Directory.CreateDirectory(folder);
            FlushFolder(parent);
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

    [LoggerMessage(401, LogLevel.Debug, "Written: {Path}")]
    private partial void LogWritten(string path);

    [LoggerMessage(402, LogLevel.Debug, "Flushed: {Path}")]
    private partial void LogFlushed(string path);

    [LoggerMessage(403, LogLevel.Debug, "Renamed: {Path}")]
    private partial void LogRenamed(string path);

    [LoggerMessage(404, LogLevel.Information, "Temporary file {Name} of an attempt that died is removed")]
    private partial void LogRemoved(string name);
}
