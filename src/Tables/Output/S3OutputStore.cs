using System.Net;
using System.Security.Cryptography;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Superhero.Tables.Output;

/// <summary>A bucket of S3, or of a service that is compatible with it.</summary>
/// <param name="client">Its client, which is this object's own from now on.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">What stands before each path, with a slash at its end; or nothing.</param>
/// <param name="encryption">The encryption to ask for; null for the bucket's default.</param>
public sealed class S3OutputStore(AmazonS3Client client, string bucket, string prefix, string? encryption = null) : IOutputStore, IDisposable
{
    // A conflict passes once the other request for the same object has ended.
    private const int MaxConflicts = 20;
    private static readonly TimeSpan ConflictDelay = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc />
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => TranslateAsync(() => PutAsync(path, content, condition: null));

    /// <inheritdoc />
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content) => TranslateAsync(async () =>
    {
        for (var conflicts = 0; ; conflicts++)
        {
            try
            {
                await PutAsync(path, content, condition: "*");
                return true;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                return false;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.Conflict && conflicts < MaxConflicts)
            {
                await Task.Delay(ConflictDelay);
            }
        }
    });

    /// <inheritdoc />
    /// <remarks>A service that does not know the condition ignores it or answers 501.</remarks>
    public async Task<bool> ProbeAsync()
    {
        const string Probe = "superhero/.probe";
        await WriteAsync(Probe, ReadOnlyMemory<byte>.Empty);
        try
        {
            return !await TryCreateAsync(Probe, ReadOnlyMemory<byte>.Empty);
        }
        catch (IOException exception) when (exception.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented })
        {
            return false;
        }
    }

    /// <inheritdoc />
    public Task<byte[]> ReadAsync(string path) => TranslateAsync(async () =>
    {
        using var answer = await client.GetObjectAsync(bucket, prefix + path);
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    });

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(StoredFile file) => Task.FromResult<Stream>(new RangeStream(file.Length, (from, length) => TranslateAsync(async () =>
    {
        using var answer = await client.GetObjectAsync(new GetObjectRequest
        {
            BucketName = bucket,
            Key = prefix + file.Path,
            ByteRange = new ByteRange(from, from + length - 1),
        });
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    })));

    /// <inheritdoc />
    public IAsyncEnumerable<StoredFile> ListAsync(string beginning) => ListPagesAsync(beginning)
        .SelectMany(page => page.S3Objects ?? []).Select(file => new StoredFile(file.Key[prefix.Length..], file.Size ?? 0));

    /// <inheritdoc />
    public IAsyncEnumerable<string> ListFoldersAsync(string folder) => ListPagesAsync(folder)
        .SelectMany(page => page.CommonPrefixes ?? []).Select(one => one[(prefix.Length + folder.Length)..].TrimEnd('/'));

    /// <inheritdoc />
    public Task DeleteAsync(string path) => TranslateAsync(() => client.DeleteObjectAsync(bucket, prefix + path));

    /// <summary>The bucket and the prefix.</summary>
    public override string ToString() => $"s3://{bucket}/{prefix}";

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    private async Task<PutObjectResponse> PutAsync(string path, ReadOnlyMemory<byte> content, string? condition)
    {
        using var stream = new MemoryStream(content.ToArray());
        return await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = bucket,
            Key = prefix + path,
            InputStream = stream,
            UseChunkEncoding = false,
            MD5Digest = Digest(content.Span),
            ServerSideEncryptionMethod = encryption is null ? null : new ServerSideEncryptionMethod(encryption),
            IfNoneMatch = condition,
        });
    }

    private async IAsyncEnumerable<ListObjectsV2Response> ListPagesAsync(string beginning)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix + beginning, Delimiter = "/" };
        ListObjectsV2Response page;
        do
        {
            page = await TranslateAsync(() => client.ListObjectsV2Async(request));
            yield return page;
            request.ContinuationToken = page.NextContinuationToken;
            if (page.IsTruncated == true && string.IsNullOrEmpty(page.NextContinuationToken))
            {
                throw new IOException(
                    $"{this}: the service says that it has more files than it has listed, but not how to ask for them; it must support ListObjectsV2");
            }
        }
        while (page.IsTruncated == true);
    }

    private async Task<T> TranslateAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode == "NoSuchKey")
        {
            throw new FileNotFoundException($"{this}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is AmazonServiceException or AmazonClientException or HttpRequestException or XmlException
            or TimeoutException or OperationCanceledException)
        {
            throw new IOException($"{this}: {Reason(exception).ReplaceLineEndings(" ").TrimEnd()}", exception);
        }
    }

    // What the service answered or, without an answer, the innermost reason: the others say to look inside.
    private static string Reason(Exception exception) =>
        exception is AmazonServiceException { ErrorCode.Length: > 0 } ? exception.Message : exception.GetBaseException().Message;

    // Buckets with Object Lock demand one. All compatible services know this header; it guards against damage, not against attackers.
#pragma warning disable CA5351
    private static string Digest(ReadOnlySpan<byte> content) => Convert.ToBase64String(MD5.HashData(content));
#pragma warning restore CA5351
}
