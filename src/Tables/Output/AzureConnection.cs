using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Options;

namespace Superhero.Tables.Output;

/// <summary>Connects to an account of Azure Blob storage.</summary>
internal static class AzureConnection
{
    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="name">The container.</param>
    /// <param name="options">The account and its credentials.</param>
    /// <exception cref="OptionsValidationException">What it needs is not set, or wrong.</exception>
    public static BlobContainerClient Open(string name, AzureOptions options)
    {
        if (options.ConnectionString is { } connection)
        {
            try
            {
                return new BlobContainerClient(connection, name);
            }
            catch (FormatException)
            {
                throw NotAllowed.Value<AzureOptions>(AzureOptions.ConnectionStringVariable, "…", "the account's connection string, as Azure's portal shows it");
            }
        }

        if (options.Account is not { } account)
        {
            throw NotAllowed.Value<AzureOptions>(AzureOptions.ConnectionStringVariable, "", "the account's connection string, or AZURE_STORAGE_ACCOUNT to its name");
        }

        var endpoint = options.Endpoint ?? $"https://{account}.blob.core.windows.net";
        if (!Uri.TryCreate($"{endpoint.TrimEnd('/')}/{name}", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw NotAllowed.Value<AzureOptions>("AZURE_STORAGE_SERVICE_ENDPOINT", endpoint, "the address of the account's blobs, which begins with https://");
        }

        try
        {
            return options.Key is { } key
                ? new BlobContainerClient(address, new StorageSharedKeyCredential(account, key))
                : new BlobContainerClient(address, new DefaultAzureCredential());
        }
        catch (FormatException)
        {
            throw NotAllowed.Value<AzureOptions>("AZURE_STORAGE_KEY", "…", "one of the account's keys, as Azure's portal shows it");
        }
    }
}
