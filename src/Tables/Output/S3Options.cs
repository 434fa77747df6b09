using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Tables.Output;

/// <summary>The S3 service and its credentials, under the names that Amazon's own tools know. What is not set here, Amazon's
/// client looks for where its tools have it.</summary>
public sealed class S3Options
{
    /// <summary>AWS_ENDPOINT_URL: the address of a service that is compatible with S3; null for Amazon's own.</summary>
    [ConfigurationKeyName("AWS_ENDPOINT_URL"), Description("for s3://: the address of a service that is compatible with S3")]
    public string? Endpoint { get; set; }

    /// <summary>AWS_ENDPOINT_URL_S3: the same, for S3 alone; it goes before the other one.</summary>
    [ConfigurationKeyName("AWS_ENDPOINT_URL_S3"), Description("the same, for S3 alone")]
    public string? S3Endpoint { get; set; }

    /// <summary>AWS_REGION: the bucket's region.</summary>
    [ConfigurationKeyName("AWS_REGION"), Description("for s3://: the bucket's region")]
    public string? Region { get; set; }

    /// <summary>AWS_DEFAULT_REGION: the same, where AWS_REGION is not set.</summary>
    [ConfigurationKeyName("AWS_DEFAULT_REGION"), Description("the same, where AWS_REGION is not set")]
    public string? DefaultRegion { get; set; }

    /// <summary>AWS_CA_BUNDLE: the PEM file of the authorities to trust in the machine's place.</summary>
    [ConfigurationKeyName("AWS_CA_BUNDLE"), Description("for s3://: the PEM file of the authorities that vouch for the service, in place of those that the machine trusts")]
    public string? CaBundle { get; set; }

    /// <summary>AWS_S3_SSE: the encryption to ask the service for; null for the bucket's default.</summary>
    [ConfigurationKeyName("AWS_S3_SSE"), Description("for s3://: the encryption that the bucket's policy demands, AES256 or aws:kms")]
    [RegularExpression("AES256|aws:kms", ErrorMessage = "AES256 or aws:kms")]
    public string? Encryption { get; set; }

    /// <summary>AWS_ACCESS_KEY_ID: the key's name.</summary>
    [ConfigurationKeyName("AWS_ACCESS_KEY_ID"), Description("for s3://: the name of the key")]
    public string? AccessKeyId { get; set; }

    /// <summary>AWS_SECRET_ACCESS_KEY: the key.</summary>
    [ConfigurationKeyName("AWS_SECRET_ACCESS_KEY"), Description("for s3://: the key"), PasswordPropertyText(true)]
    public string? SecretAccessKey { get; set; }

    /// <summary>AWS_SESSION_TOKEN: the token of a key that is good for a while only.</summary>
    [ConfigurationKeyName("AWS_SESSION_TOKEN"), Description("for s3://: the token of a temporary key"), PasswordPropertyText(true)]
    public string? SessionToken { get; set; }
}
