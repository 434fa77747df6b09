using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Superhero.Grains.Output;

/// <summary>A bucket of S3, or of a service that is compatible with it. The credentials, the region and the endpoint come
/// from the variables that Amazon's own tools read.</summary>
public sealed class S3Output : IOutput, IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly string _prefix;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">What stands before each path, with a slash at its end; or nothing.</param>
    /// <param name="endpoint">The address of a compatible service; null for Amazon's own.</param>
    /// <param name="region">The region; null for the one that Amazon's own settings name, or us-east-1 with an endpoint.</param>
    public S3Output(string bucket, string prefix, string? endpoint, string? region)
    {
        (_bucket, _prefix) = (bucket, prefix);
        var config = new AmazonS3Config
        {
            // Services that are merely compatible know no checksums in trailers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (endpoint is not null)
        {
            (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (endpoint, true, region ?? "us-east-1");
        }

        _client = new AmazonS3Client(config);
    }

    /// <inheritdoc />
    public Task Write(string path, ReadOnlyMemory<byte> content) => Checked(async () =>
    {
        using var stream = new MemoryStream(content.ToArray());
        await _client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = _bucket,
            Key = _prefix + path,
            InputStream = stream,
            UseChunkEncoding = false,
        });
        return true;
    });

    /// <inheritdoc />
    public Task<byte[]> Read(string path) => Checked(async () =>
    {
        using var answer = await _client.GetObjectAsync(_bucket, _prefix + path);
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    });

    /// <inheritdoc />
    public async IAsyncEnumerable<OutputFile> List(string folder)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = $"{_prefix}{folder}/" };
        ListObjectsV2Response page;
        do
        {
            page = await Checked(() => _client.ListObjectsV2Async(request));
            foreach (var file in page.S3Objects ?? [])
            {
                yield return new OutputFile(file.Key[_prefix.Length..], file.LastModified!.Value.ToUniversalTime());
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <inheritdoc />
    public Task Delete(string path) => Checked(() => _client.DeleteObjectAsync(_bucket, _prefix + path));

    /// <summary>The bucket and the prefix.</summary>
    public override string ToString() => $"s3://{_bucket}/{_prefix}";

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task<T> Checked<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new IOException($"{this}: {exception.Message}", exception);
        }
    }
}
