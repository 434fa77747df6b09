using Superhero.Settings;

namespace Superhero.Tables.Output;

/// <summary>OUTPUT_URI: a bucket for the tables.</summary>
public static class OutputUri
{
    /// <summary>The variable's name.</summary>
    public const string Variable = "OUTPUT_URI";

    private const string Allowed = "s3://bucket/prefix or az://container/prefix";

    /// <summary>Whether a text means a bucket, and not a folder.</summary>
    public static bool IsUri(string text) => text.Contains("://", StringComparison.Ordinal);

    /// <summary>Makes the client of a bucket; nothing is asked yet.</summary>
    /// <param name="text">s3://bucket/prefix or az://container/prefix; the prefix may be left out.</param>
    /// <param name="settings">The variables that name the service and its credentials.</param>
    /// <exception cref="SettingException">It is no such URI, or what it needs is not set.</exception>
    public static IOutputStore Open(string text, EnvironmentSettings settings)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
        {
            throw new SettingException(Variable, text, Allowed);
        }

        // As it was written: a URI's own host is in lower case.
        var bucket = text.Split('/')[2];
        var prefix = uri.AbsolutePath.Trim('/') is { Length: > 0 } path ? Uri.UnescapeDataString(path) + "/" : "";
        return uri.Scheme switch
        {
            "s3" => new S3OutputStore(S3Connection.Open(settings), bucket, prefix),
            "az" => new AzureOutputStore(AzureConnection.Open(bucket, settings), prefix),
            _ => throw new SettingException(Variable, text, Allowed),
        };
    }
}
