using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Superhero.Tables.Output;

/// <summary>A bucket of S3, or of a service that is compatible with it.</summary>
/// <param name="client">Its client, which is this object's own from now on.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">What stands before each path, with a slash at its end; or nothing.</param>
public sealed class S3OutputStore(AmazonS3Client client, string bucket, string prefix) : IOutputStore, IDisposable
{
    /// <inheritdoc />
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => TranslateAsync(async () =>
    {
        using var stream = new MemoryStream(content.ToArray());
        await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = bucket,
            Key = prefix + path,
            InputStream = stream,
            UseChunkEncoding = false,
        });
        return true;
    });

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => TranslateAsync(async () =>
    {
        using var answer = await client.GetObjectAsync(bucket, prefix + path);
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    });

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredFile> ListAsync(string folder)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = $"{prefix}{folder}/" };
        ListObjectsV2Response page;
        do
        {
            page = await TranslateAsync(() => client.ListObjectsV2Async(request));
            foreach (var file in page.S3Objects ?? [])
            {
                yield return new StoredFile(file.Key[prefix.Length..], file.LastModified!.Value.ToUniversalTime());
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <inheritdoc />
    public Task DeleteAsync(string path) => TranslateAsync(() => client.DeleteObjectAsync(bucket, prefix + path));

    /// <summary>The bucket and the prefix.</summary>
    public override string ToString() => $"s3://{bucket}/{prefix}";

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new IOException($"{this}: {exception.Message.ReplaceLineEndings(" ").TrimEnd()}", exception);
        }
    }
}
