using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Superhero.Tables.Output;

/// <summary>Makes the output stores that are asked for: folders and buckets.</summary>
public sealed class OutputStores(
    IOptions<OutputOptions> output, IOptions<S3Options> s3, IOptions<AzureOptions> azure, ILogger<LocalOutputStore> logger)
{
    /// <summary>The path or URI of the tables: OUTPUT_URI, or else OUTPUT_DIR.</summary>
    public string Default => output.Value.Uri ?? output.Value.FullDirectory;

    /// <summary>Opens the store of the tables; nothing is asked of it yet.</summary>
    /// <exception cref="OptionsValidationException">What it needs is not set.</exception>
    public IOutputStore OpenDefault() => Open(Default);

    /// <summary>Opens a store; nothing is asked of it yet.</summary>
    /// <param name="location">The path of a folder, or s3://bucket/prefix or az://container/prefix.</param>
    /// <exception cref="OptionsValidationException">It is no such URI, or what it needs is not set.</exception>
    public IOutputStore Open(string location) =>
        !OutputUri.IsUri(location) ? OpenFolder(location)
        : !OutputUri.TryParse(location, out var uri)
            ? throw NotAllowed.Value<OutputOptions>("OUTPUT_URI", location, OutputUri.Allowed)
        : uri.Scheme == "s3" ? new S3OutputStore(S3Connection.Open(s3.Value), uri.Bucket, uri.Prefix)
        : new AzureOutputStore(AzureConnection.Open(uri.Bucket, azure.Value), uri.Prefix);

    /// <summary>Opens a folder.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="probed">The folder within it that a probe tries, with a slash at its end; null for those of games' files.</param>
    public LocalOutputStore OpenFolder(string path, string? probed = null) =>
        new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), logger, probed: probed is null ? null : [probed]);
}
