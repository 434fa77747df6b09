using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Superhero.Tables.Output;

/// <summary>Where the tables are.</summary>
public sealed class OutputOptions
{
    /// <summary>What the path of a folder may be: no ~, which only a shell expands.</summary>
    public const string FolderPattern = "(?!~).*";

    /// <summary>The same, in words.</summary>
    public const string FolderAllowed = "the folder's whole path, since only a shell knows what ~ is";

    /// <summary>OUTPUT_DIR: the folder that holds the tables.</summary>
    [ConfigurationKeyName("OUTPUT_DIR"), Description("the folder that holds the tables; silos may share it")]
    [RegularExpression(FolderPattern, ErrorMessage = FolderAllowed)]
    public string Directory { get; set; } = "./data";

    /// <summary>OUTPUT_URI: the bucket that holds the tables in the folder's place; null for none.</summary>
    [ConfigurationKeyName("OUTPUT_URI"), Description($"a bucket for the tables, in the folder's place: {OutputUri.Allowed}")]
    [OutputUri]
    public string? Uri { get; set; }

    /// <summary>The folder's full path.</summary>
    public string FullDirectory => Path.GetFullPath(Directory);
}
