using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Options;

namespace Superhero.Tables.Output;

/// <summary>Connects to an S3 service.</summary>
internal static class S3Connection
{
    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="latest">Reads the options; asked again for the credentials of each request, which may be replaced.</param>
    /// <exception cref="OptionsValidationException">What it needs is not set.</exception>
    public static AmazonS3Client Open(Func<S3Options> latest)
    {
        var options = latest();
        var config = new AmazonS3Config
        {
            // Services that are merely compatible know no checksums in trailers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        var region = options.Region ?? options.DefaultRegion;
        if ((options.S3Endpoint ?? options.Endpoint) is { } endpoint)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw NotAllowed.Value<S3Options>(
                    options.S3Endpoint is null ? "AWS_ENDPOINT_URL" : "AWS_ENDPOINT_URL_S3", endpoint,
                    "the service's address, which begins with http:// or https://");
            }

            (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (endpoint, true, region ?? "us-east-1");
        }
        else if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (options.CaBundle is { } bundle)
        {
            config.HttpClientFactory = new TrustingHttpClientFactory(ReadBundle(bundle));
        }

        try
        {
            return options is { AccessKeyId: not null, SecretAccessKey: not null }
                ? new AmazonS3Client(new CurrentCredentials(latest), config)
                : new AmazonS3Client(config);
        }
        catch (AmazonClientException)
        {
            throw NotAllowed.Value<S3Options>("AWS_REGION", region, "the bucket's region, or AWS_ENDPOINT_URL to the address of a compatible service");
        }
    }

    private static X509Certificate2Collection ReadBundle(string path)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
        }

        return authorities.Count > 0 ? authorities : throw NotAllowed.Value<S3Options>("AWS_CA_BUNDLE", path, "a file that holds certificates in PEM");
    }

    private sealed class CurrentCredentials(Func<S3Options> latest) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials()
        {
            var options = latest();
            return new ImmutableCredentials(options.AccessKeyId, options.SecretAccessKey, options.SessionToken);
        }
    }

    private sealed class TrustingHttpClientFactory(X509Certificate2Collection authorities) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        }
    }
}
