using Azure.Identity;
using Azure.Storage.Blobs;
using Superhero.Settings;

namespace Superhero.Tables.Output;

/// <summary>Reads the variables that name an account of Azure Blob storage and its credentials, under the names that Azure's own
/// tools know.</summary>
internal static class AzureConnection
{
    private const string ConnectionString = "AZURE_STORAGE_CONNECTION_STRING";

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="name">The container.</param>
    /// <param name="settings">The variables.</param>
    /// <exception cref="SettingException">What it needs is not set, or wrong.</exception>
    public static BlobContainerClient Open(string name, EnvironmentSettings settings)
    {
        if (settings.Text(ConnectionString) is { } connection)
        {
            try
            {
                return new BlobContainerClient(connection, name);
            }
            catch (FormatException)
            {
                throw new SettingException(ConnectionString, "…", "the account's connection string, as Azure's portal shows it");
            }
        }

        return settings.Text("AZURE_STORAGE_ACCOUNT") is { } account
            ? new BlobContainerClient(new Uri($"https://{account}.blob.core.windows.net/{name}"), new DefaultAzureCredential())
            : throw new SettingException(
                ConnectionString, "", "the account's connection string, or AZURE_STORAGE_ACCOUNT to its name");
    }
}
