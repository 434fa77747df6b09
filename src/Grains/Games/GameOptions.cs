using Superhero.Tables.Output;

namespace Superhero.Grains.Games;

/// <summary>How a silo processes games.</summary>
/// <param name="OutputDirectory">OUTPUT_DIR: the folder that holds the tables.</param>
/// <param name="HostName">HOSTNAME: the silo's host name, a part of the names of its files.</param>
/// <param name="Clean">CLEAN_ROUTINE: whether the keys of done games leave Redis.</param>
/// <param name="Expiry">REDIS_EXPIRY: how long players may still read the keys of a done game.</param>
/// <param name="ArchiveDirectory">ARCHIVE_DIR: where the keys of a game are kept before they leave Redis; null for
/// nowhere.</param>
/// <param name="Bucket">OUTPUT_URI: the bucket that holds the tables; null for the folder.</param>
public sealed record GameOptions(
    string OutputDirectory, string HostName, bool Clean, TimeSpan Expiry, string? ArchiveDirectory = null, IOutputStore? Bucket = null);
