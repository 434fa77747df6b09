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
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => TranslateAsync(async () =>
    {
        try
        {
            await Blob(path).UploadAsync(
                BinaryData.FromBytes(content), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } });
            return true;
        }
        catch (RequestFailedException exception) when (exception.Status is 409 or 412 && IsExisting(exception.ErrorCode))
        {
            return false;
        }
    });

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => TranslateAsync(async () => (await Blob(path).DownloadContentAsync()).Value.Content.ToArray());

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(StoredFile file) => Task.FromResult<Stream>(new RangeStream(file.Length, (from, length) => TranslateAsync(async () =>
        (await Blob(file.Path).DownloadContentAsync(new BlobDownloadOptions { Range = new HttpRange(from, length) })).Value.Content.ToArray())));

    /// <inheritdoc />
    public IAsyncEnumerable<StoredFile> ListAsync(string beginning) => ListItemsAsync(beginning)
        .Where(item => item.IsBlob).Select(item => new StoredFile(item.Blob.Name[prefix.Length..], item.Blob.Properties.ContentLength ?? 0));

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string folder) => ListItemsAsync(folder)
        .Where(item => item.IsPrefix).Select(item => item.Prefix[(prefix.Length + folder.Length)..].TrimEnd('/'));

    /// <inheritdoc />
    public Task DeleteAsync(string path) => TranslateAsync(() => Blob(path).DeleteIfExistsAsync());

    /// <summary>The container and the prefix.</summary>
    public override string ToString() => $"az://{container.Name}/{prefix}";

    private BlobClient Blob(string path) => container.GetBlobClient(prefix + path);

    private async IAsyncEnumerable<BlobHierarchyItem> ListItemsAsync(string beginning)
    {
        var pages = container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix + beginning, CancellationToken.None).AsPages().GetAsyncEnumerator();
        await using (pages)
        {
            while (await TranslateAsync(async () => await pages.MoveNextAsync()))
            {
                foreach (var item in pages.Current.Values)
                {
                    yield return item;
                }
            }
        }
    }

    private static bool IsExisting(string? code) => code == BlobErrorCode.BlobAlreadyExists || code == BlobErrorCode.ConditionNotMet;

    private async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            throw new FileNotFoundException($"{this}: {exception.Message.Split('\n')[0]}", exception);
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or AggregateException)
        {
            throw new IOException($"{this}: {exception.Message.Split('\n')[0]}", exception);
        }
    }
}
