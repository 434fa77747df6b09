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

    /// <summary>AZURE_STORAGE_ACCOUNT: the account's name, where there is no connection string; its credentials are then what
    /// Azure's client finds.</summary>
    [ConfigurationKeyName("AZURE_STORAGE_ACCOUNT"), Description("for az://: the account's name, with what Azure's client finds, in the connection string's place")]
    public string? Account { get; set; }
}
