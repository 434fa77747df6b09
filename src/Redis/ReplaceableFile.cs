using System.Security.Cryptography;

namespace Superhero.Redis;

/// <summary>A file that may be replaced while the process runs.</summary>
/// <param name="path">Its path.</param>
/// <param name="parse">Reads it.</param>
internal sealed class ReplaceableFile<T>(string path, Func<string, T> parse)
{
    private T _latest = parse(path);

    /// <summary>Reads it again. If that fails, the last contents count: a new file may be about to come.</summary>
    public T Read()
    {
        try
        {
            return _latest = parse(path);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return _latest;
        }
    }
}
