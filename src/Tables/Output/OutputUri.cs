using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace Superhero.Tables.Output;

/// <summary>The address of a bucket.</summary>
/// <param name="Scheme">s3 or az.</param>
/// <param name="Bucket">The bucket's or the container's name.</param>
/// <param name="Prefix">What stands before each path, with a slash at its end; or nothing.</param>
public sealed record OutputUri(string Scheme, string Bucket, string Prefix)
{
    /// <summary>What is allowed, in words.</summary>
    public const string Allowed = "s3://bucket/prefix or az://container/prefix";

    /// <summary>Whether a text means a bucket, and not a folder.</summary>
    public static bool IsUri(string text) => text.Contains("://", StringComparison.Ordinal);

    /// <summary>Reads s3://bucket/prefix or az://container/prefix; the prefix may be left out.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out OutputUri? output)
    {
        output = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "s3" or "az"
            && uri.Host.Length > 0 && uri.Query.Length == 0 && uri.UserInfo.Length == 0
            // As it was written: a URI's own host is in lower case.
            ? new OutputUri(uri.Scheme, text.Split('/')[2], uri.AbsolutePath.Trim('/') is { Length: > 0 } path ? Uri.UnescapeDataString(path) + "/" : "")
            : null;
        return output is not null;
    }
}

/// <summary>A setting that is the address of a bucket.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OutputUriAttribute : ValidationAttribute
{
    public OutputUriAttribute() => ErrorMessage = OutputUri.Allowed;

    public override bool IsValid(object? value) => value is not string text || OutputUri.TryParse(text, out _);
}
