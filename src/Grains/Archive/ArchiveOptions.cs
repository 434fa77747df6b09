using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Superhero.Tables.Output;

namespace Superhero.Grains.Archive;

/// <summary>Where games are archived.</summary>
public sealed class ArchiveOptions
{
    /// <summary>ARCHIVE_DIR: where the keys of a game are kept before they leave Redis; null for nowhere.</summary>
    [ConfigurationKeyName("ARCHIVE_DIR"), Description("a folder that keeps, compressed, the keys of each game before they leave Redis")]
    [RegularExpression(OutputOptions.FolderPattern, ErrorMessage = OutputOptions.FolderAllowed)]
    public string? Directory { get; set; }
}
