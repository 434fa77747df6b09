using Microsoft.Extensions.Logging;

namespace Superhero.Tables.Output;

/// <summary>Removes what attempts and probes have left. What can't be removed harms nobody, and is passed over.</summary>
internal sealed partial class RemovableFiles(ILogger logger)
{
    // Each pass would find it again.
    private bool _saidLeft;

    /// <summary>Removes files of a folder, where it is there, and says which.</summary>
    public void RemoveWhere(string folder, string pattern, Func<FileInfo, bool> which)
    {
        try
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles(pattern).Where(which))
            {
                if (Remove(file))
                {
                    LogRemoved(file.Name);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever put there.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            SayLeft(folder, exception);
        }
    }

    /// <summary>Removes a file.</summary>
    /// <returns>Whether it was there, and is not any more.</returns>
    public bool Remove(FileInfo file)
    {
        try
        {
            file.Delete();
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            SayLeft(file.FullName, exception);
            return false;
        }
    }

    private void SayLeft(string path, Exception exception)
    {
        if (!Interlocked.Exchange(ref _saidLeft, true))
        {
            LogLeft(path, exception.Message);
        }
    }

    [LoggerMessage(404, LogLevel.Information, "Removed temporary file {Name} of an attempt that died")]
    private partial void LogRemoved(string name);

    [LoggerMessage(405, LogLevel.Warning, "Could not remove temporary file {Path}; further ones are not logged: {Reason}")]
    private partial void LogLeft(string path, string reason);
}
