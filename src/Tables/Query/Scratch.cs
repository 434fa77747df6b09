namespace Superhero.Tables.Query;

/// <summary>A folder for what a query needs beside its memory: beside the tables where that can be written, or else where temporary files
/// go. It is gone afterwards.</summary>
public sealed class Scratch : IDisposable
{
    private const string Prefix = "query-";

    // What a query that was killed has left.
    private static readonly TimeSpan Old = TimeSpan.FromDays(1);

    private Scratch(string folder) => Folder = folder;

    /// <summary>Its full path.</summary>
    public string Folder { get; }

    /// <summary>Makes one.</summary>
    /// <param name="output">The folder of the tables; null where they are in none.</param>
    /// <exception cref="IOException">There is no place for it.</exception>
    public static Scratch Create(string? output) => output is not null && TryCreate(Path.Combine(output, "superhero", ".tmp")) is { } beside
        ? beside
        : TryCreate(Path.GetTempPath()) ?? throw new IOException($"Neither {output ?? "a bucket"} nor {Path.GetTempPath()} can be written; name another folder for temporary files with TMPDIR.");

    /// <inheritdoc />
    public void Dispose() => TryDelete(Folder);

    private static Scratch? TryCreate(string parent)
    {
        try
        {
            // The file system's own time: that of another machine, perhaps.
            var made = Directory.CreateDirectory(Path.Combine(parent, $"{Prefix}{Guid.NewGuid():N}"));
            foreach (var old in Directory.EnumerateDirectories(parent, Prefix + "*"))
            {
                if (made.LastWriteTimeUtc - Directory.GetLastWriteTimeUtc(old) > Old)
                {
                    TryDelete(old);
                }
            }

            return new Scratch(made.FullName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next one may have more luck.
        }
    }
}
