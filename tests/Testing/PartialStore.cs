using Superhero.Tables.Output;

namespace Superhero.Testing;

/// <summary>An output of which a test needs only a part.</summary>
public abstract class PartialStore : IOutputStore
{
    public abstract Task WriteAsync(string path, ReadOnlyMemory<byte> content);

    public virtual Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => throw new NotSupportedException();

    public virtual Task<byte[]> ReadAsync(string path) => throw new NotSupportedException();

    public Task<Stream> OpenReadAsync(StoredFile file) => throw new NotSupportedException();

    public IAsyncEnumerable<StoredFile> ListAsync(string beginning) => throw new NotSupportedException();

    public IAsyncEnumerable<string> ListFoldersAsync(string folder) => throw new NotSupportedException();

    public Task DeleteAsync(string path) => throw new NotSupportedException();
}
