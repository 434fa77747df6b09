using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Options;

namespace Superhero.Tables.Output;

/// <summary>Connects to an S3 service.</summary>
internal static class S3Connection
{
    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <exception cref="OptionsValidationException">What it needs is not set.</exception>
    public static AmazonS3Client Open(S3Options options)
    {
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

        try
        {
            return options switch
            {
                { AccessKeyId: { } id, SecretAccessKey: { } secret, SessionToken: { } session } =>
                    new AmazonS3Client(new SessionAWSCredentials(id, secret, session), config),
                { AccessKeyId: { } id, SecretAccessKey: { } secret } => new AmazonS3Client(new BasicAWSCredentials(id, secret), config),
                _ => new AmazonS3Client(config),
            };
        }
        catch (AmazonClientException)
        {
            throw NotAllowed.Value<S3Options>("AWS_REGION", region, "the bucket's region, or AWS_ENDPOINT_URL to the address of a compatible service");
        }
    }
}
