using Microsoft.Win32.SafeHandles;

namespace Superhero.Tables.Output;

/// <summary>Writes files that appear whole under their names, and outlive a loss of power.</summary>
/// <param name="temporary">The folder, on the same file system, for what has no name of its own yet.</param>
/// <param name="nameless">Whether to try first to leave a file without any name until it is whole.</param>
internal sealed class DurableFiles(string temporary, bool nameless)
{
    // A game's token and little more. The whole name with something added could be longer than a name may be.
    private const int NameBeginning = 36;
    private const int PieceLength = 64 * 1024;

    private volatile bool _nameless = nameless && Posix.HasNamelessFiles;
    private volatile bool _begun;

    /// <summary>The folder for what has no name of its own yet.</summary>
    public string Temporary => temporary;

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="replace">Whether it takes the place of a file that exists already.</param>
    /// <param name="done">Told of each step.</param>
    /// <returns>False if a file exists already and is not to be replaced. That file is durable by then.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public bool TryWrite(string path, ReadOnlySpan<byte> content, bool replace, Action<FileStep> done)
    {
        var folder = Path.GetDirectoryName(path)!;
        Prepare(folder);
        var written = _nameless ? TryWriteNameless(folder, path, content, replace, done) : null;
        if (written is null)
        {
            // Where this fails as well, it says why. Where it does not, the other way is not to be had on this file system.
            written = TryWriteNamed(path, content, replace, done);
            _nameless = false;
        }

        // The process that created the existing file may have died before it flushed the folder.
        Posix.FlushFolder(folder);
        return written.Value;
    }

    /// <summary>Writes a file of any length piece by piece, also in the place of one that exists already.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="fill">Writes what it holds. It should write synchronously, on a thread that may block.</param>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public async Task WriteAsync(string path, Func<Stream, Task> fill)
    {
        var folder = Path.GetDirectoryName(path)!;
        Prepare(folder);
        var first = TemporaryName(path);
        try
        {
            using var file = new FileStream(first, FileMode.CreateNew, FileAccess.Write, FileShare.None, PieceLength);
            await fill(file);
            file.Flush();
            Posix.Flush(file.SafeFileHandle);
        }
        catch
        {
            TryDelete(first);
            throw;
        }

        Rename(first, path);
        Posix.FlushFolder(folder);
    }

    // Null where the file system has no such files.
    private bool? TryWriteNameless(string folder, string path, ReadOnlySpan<byte> content, bool replace, Action<FileStep> done)
    {
        using var file = Posix.OpenNameless(folder);
        if (file.IsInvalid)
        {
            return null;
        }

        Fill(file, content, done);
        var named = Posix.TryName(file, path);
        if (named is false && replace)
        {
            named = TryReplace(file, path) ? true : null;
        }

        if (named is true)
        {
            done(FileStep.Named);
        }

        return named;
    }

    // A first name can't be one that is taken, but a second one can.
    private bool TryReplace(SafeFileHandle file, string path)
    {
        var first = TemporaryName(path);
        if (Posix.TryName(file, first) is not true)
        {
            return false;
        }

        Rename(first, path);
        return true;
    }

    private bool TryWriteNamed(string path, ReadOnlySpan<byte> content, bool replace, Action<FileStep> done)
    {
        var first = TemporaryName(path);
        try
        {
            using var file = File.OpenHandle(first, FileMode.CreateNew, FileAccess.Write);
            Fill(file, content, done);
        }
        catch
        {
            TryDelete(first);
            throw;
        }

        if (replace)
        {
            Rename(first, path);
        }
        else if (!TryRename(first, path))
        {
            return false;
        }

        done(FileStep.Named);
        return true;
    }

    private static void Fill(SafeFileHandle file, ReadOnlySpan<byte> content, Action<FileStep> done)
    {
        RandomAccess.Write(file, content, 0);
        done(FileStep.Written);
        Posix.Flush(file);
        done(FileStep.Flushed);
    }

    private static void Rename(string first, string path)
    {
        try
        {
            Posix.Rename(first, path);
        }
        catch
        {
            TryDelete(first);
            throw;
        }
    }

    private static bool TryRename(string first, string path)
    {
        try
        {
            return Posix.TryRename(first, path);
        }
        finally
        {
            TryDelete(first);
        }
    }

    // What went wrong before is what matters, and what is left is removed with other attempts' remains.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    // Two writers of one game may meet here, so each has a name of its own.
    private string TemporaryName(string path)
    {
        Directory.CreateDirectory(temporary);
        var name = Path.GetFileName(path);
        return Path.Combine(temporary, $"{name[..Math.Min(name.Length, NameBeginning)]}.{Guid.NewGuid():N}.tmp");
    }

    // A disk that is no longer mounted leaves an empty folder, and what came into it would be hidden once the disk is there again.
    private void Prepare(string folder)
    {
        var top = Path.GetDirectoryName(temporary)!;
        if (!_begun)
        {
            CreateDurably(top);
            _begun = true;
        }

        if (!Directory.Exists(folder))
        {
            if (!Directory.Exists(top))
            {
                throw new DirectoryNotFoundException(
                    $"{top} is gone with all that was in it; mount its disk again, or, where it was removed for good, start anew");
            }

            CreateDurably(folder);
        }
    }

    // A new folder is durable once the one that holds it is flushed.
    private static void CreateDurably(string folder)
    {
        if (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            CreateDurably(parent);
            Directory.CreateDirectory(folder);
            Posix.FlushFolder(parent);
        }
    }
}

/// <summary>How far a file is.</summary>
internal enum FileStep
{
    /// <summary>It is written, and has no name of its own yet.</summary>
    Written,

    /// <summary>What it holds is safe.</summary>
    Flushed,

    /// <summary>It has its name.</summary>
    Named,
}
