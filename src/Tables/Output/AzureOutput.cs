using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Superhero.Tables.Output;

/// <summary>A container of Azure Blob storage.</summary>
/// <param name="container">The container.</param>
/// <param name="prefix">What stands before each path, with a slash at its end; or nothing.</param>
public sealed class AzureOutput(BlobContainerClient container, string prefix) : IOutput
{
    /// <inheritdoc />
    public Task Write(string path, ReadOnlyMemory<byte> content) =>
        Checked(() => Blob(path).UploadAsync(BinaryData.FromBytes(content), overwrite: true));

    /// <inheritdoc />
    public Task<byte[]> Read(string path) => Checked(async () => (await Blob(path).DownloadContentAsync()).Value.Content.ToArray());

    /// <inheritdoc />
    public async IAsyncEnumerable<OutputFile> List(string folder)
    {
        var pages = container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{prefix}{folder}/", CancellationToken.None).AsPages().GetAsyncEnumerator();
        await using (pages)
        {
            while (await Checked(async () => await pages.MoveNextAsync()))
            {
                foreach (var blob in pages.Current.Values)
                {
                    yield return new OutputFile(blob.Name[prefix.Length..], blob.Properties.LastModified!.Value);
                }
            }
        }
    }

    /// <inheritdoc />
    public Task Delete(string path) => Checked(() => Blob(path).DeleteIfExistsAsync());

    /// <summary>The container and the prefix.</summary>
    public override string ToString() => $"az://{container.Name}/{prefix}";

    private BlobClient Blob(string path) => container.GetBlobClient(prefix + path);

    private async Task<T> Checked<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException)
        {
            throw new IOException($"{this}: {exception.Message.Split('\n')[0]}", exception);
        }
    }
}
