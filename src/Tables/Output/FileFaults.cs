namespace Superhero.Tables.Output;

/// <summary>Tells failures of a file from those of the place where it is.</summary>
public static class FileFaults
{
    /// <summary>Whether a failure to read a file is the file's own, so that others may well be read. In a folder each one is: a disk that
    /// fails as a whole can't be listed, either.</summary>
    public static bool IsOfFile(this IOutputStore store, Exception exception) =>
        exception is InvalidDataException || (exception is IOException && store.LocalFolder is not null);
}
