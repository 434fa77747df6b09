using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Superhero.Tables.Output;

/// <summary>Makes the output stores that are asked for: folders and buckets.</summary>
public sealed class OutputStores(
    IOptions<OutputOptions> output, IOptionsFactory<S3Options> s3, IOptionsFactory<AzureOptions> azure, ILogger<LocalOutputStore> logger)
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
        : uri.Scheme == "s3" ? new S3OutputStore(S3Connection.Open(Latest(s3)), uri.Bucket, uri.Prefix, s3.Create(Options.DefaultName).Encryption)
        : OpenContainer(uri);

    // A file with a secret may be replaced while the process runs.
    private static Func<TOptions> Latest<TOptions>(IOptionsFactory<TOptions> options)
        where TOptions : class
    {
        var latest = options.Create(Options.DefaultName);
        return () =>
        {
            try
            {
                return latest = options.Create(Options.DefaultName);
            }
            catch (OptionsValidationException)
            {
                return latest;
            }
        };
    }

    private AzureOutputStore OpenContainer(OutputUri uri)
    {
        var latest = Latest(azure);
        var (used, container) = (latest().Secret, AzureConnection.Open(uri.Bucket, latest()));
        return new AzureOutputStore(
            () =>
            {
                if (latest() is var options && options.Secret != used)
                {
                    (used, container) = (options.Secret, AzureConnection.Open(uri.Bucket, options));
                }

                return container;
            },
            uri.Prefix);
    }

    /// <summary>Opens a folder.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="probed">The folder within it that a probe tries, with a slash at its end; null for those of games' files.</param>
    public LocalOutputStore OpenFolder(string path, string? probed = null) =>
        new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), logger, probed: probed is null ? null : [probed]);
}
