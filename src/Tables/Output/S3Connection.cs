using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Superhero.Settings;

namespace Superhero.Tables.Output;

/// <summary>Reads the variables that name an S3 service and its credentials, under the names that Amazon's own tools know.</summary>
internal static class S3Connection
{
    /// <summary>Makes a client; nothing is asked yet. What is not set here, Amazon's client looks for where its tools have it.</summary>
    /// <exception cref="SettingException">What it needs is not set, or wrong.</exception>
    public static AmazonS3Client Open(EnvironmentSettings settings)
    {
        var config = new AmazonS3Config
        {
            // Services that are merely compatible know no checksums in trailers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        var region = settings.Text("AWS_REGION") ?? settings.Text("AWS_DEFAULT_REGION");
        var endpointVariable = settings.Text("AWS_ENDPOINT_URL_S3") is null ? "AWS_ENDPOINT_URL" : "AWS_ENDPOINT_URL_S3";
        if (settings.Text(endpointVariable) is { } endpoint)
        {
            if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new SettingException(endpointVariable, endpoint, "the service's address, which begins with http:// or https://");
            }

            (config.ServiceURL, config.ForcePathStyle, config.AuthenticationRegion) = (endpoint, true, region ?? "us-east-1");
        }
        else if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        try
        {
            return (settings.Text("AWS_ACCESS_KEY_ID"), settings.Text("AWS_SECRET_ACCESS_KEY"), settings.Text("AWS_SESSION_TOKEN")) switch
            {
                ({ } id, { } secret, { } session) => new AmazonS3Client(new SessionAWSCredentials(id, secret, session), config),
                ({ } id, { } secret, null) => new AmazonS3Client(new BasicAWSCredentials(id, secret), config),
                _ => new AmazonS3Client(config),
            };
        }
        catch (AmazonClientException)
        {
            throw new SettingException("AWS_REGION", region ?? "", "the bucket's region, or AWS_ENDPOINT_URL to the address of a compatible service");
        }
    }
}
