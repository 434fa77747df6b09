using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Superhero.Tables.Output;

/// <summary>The account of Azure Blob storage and its credentials, under the names that Azure's own tools know.</summary>
public sealed class AzureOptions
{
    /// <summary>The variable of <see cref="ConnectionString"/>.</summary>
    public const string ConnectionStringVariable = "AZURE_STORAGE_CONNECTION_STRING";

    /// <summary>AZURE_STORAGE_CONNECTION_STRING: the account's connection string.</summary>
    [ConfigurationKeyName(ConnectionStringVariable), Description("for az://: the account's connection string"), PasswordPropertyText(true)]
    public string? ConnectionString { get; set; }

    /// <summary>AZURE_STORAGE_ACCOUNT: the account's name, if there is no connection string.</summary>
    [ConfigurationKeyName("AZURE_STORAGE_ACCOUNT"), Description("for az://: the account's name, in place of the connection string")]
    public string? Account { get; set; }

    /// <summary>AZURE_STORAGE_KEY: one of the account's keys; null for the credentials that Azure's client finds.</summary>
    [ConfigurationKeyName("AZURE_STORAGE_KEY"), Description("for az://: the account's key; without it, the credentials that Azure's client finds"), PasswordPropertyText(true)]
    public string? Key { get; set; }

    /// <summary>What logs in, so far as it is known here.</summary>
    internal string? Secret => ConnectionString ?? Key;

    /// <summary>AZURE_STORAGE_SERVICE_ENDPOINT: the address of the account's blobs; null for the one in Azure's public cloud.</summary>
    [ConfigurationKeyName("AZURE_STORAGE_SERVICE_ENDPOINT"), Description("for az://: the address of the account's blobs, if it is not in Azure's public cloud, such as https://account.blob.core.chinacloudapi.cn")]
    public string? Endpoint { get; set; }
}
