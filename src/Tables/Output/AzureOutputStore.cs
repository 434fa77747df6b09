using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Superhero.Tables.Output;

/// <summary>A container of Azure Blob storage.</summary>
/// <param name="container">The container.</param>
/// <param name="prefix">What stands before each path, with a slash at its end; or nothing.</param>
public sealed class AzureOutputStore(BlobContainerClient container, string prefix) : IOutputStore
{
    /// <inheritdoc />
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) =>
        TranslateAsync(() => Blob(path).UploadAsync(BinaryData.FromBytes(content), overwrite: true));

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => TranslateAsync(async () => (await Blob(path).DownloadContentAsync()).Value.Content.ToArray());

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredFile> ListAsync(string folder)
    {
        var pages = container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{prefix}{folder}/", CancellationToken.None).AsPages().GetAsyncEnumerator();
        await using (pages)
        {
            while (await TranslateAsync(async () => await pages.MoveNextAsync()))
            {
                foreach (var blob in pages.Current.Values)
                {
                    yield return new StoredFile(blob.Name[prefix.Length..], blob.Properties.LastModified!.Value);
                }
            }
        }
    }

    /// <inheritdoc />
    public Task DeleteAsync(string path) => TranslateAsync(() => Blob(path).DeleteIfExistsAsync());

    /// <summary>The container and the prefix.</summary>
    public override string ToString() => $"az://{container.Name}/{prefix}";

    private BlobClient Blob(string path) => container.GetBlobClient(prefix + path);

    private async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or AggregateException)
        {
            throw new IOException($"{this}: {exception.Message.Split('\n')[0]}", exception);
        }
    }
}
