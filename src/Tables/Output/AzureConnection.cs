using Azure.Identity;
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

        return options.Account is { } account
            ? new BlobContainerClient(new Uri($"https://{account}.blob.core.windows.net/{name}"), new DefaultAzureCredential())
            : throw NotAllowed.Value<AzureOptions>(AzureOptions.ConnectionStringVariable, "", "the account's connection string, or AZURE_STORAGE_ACCOUNT to its name");
    }
}
