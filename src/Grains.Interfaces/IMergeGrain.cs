using Orleans.Concurrency;

namespace Superhero.Grains.Interfaces;

/// <summary>Merges games' files into larger ones, for all of the cluster: it has one, with the key 0. While it is in memory it looks from time
/// to time whether there are any.</summary>
[Alias("superhero.IMergeGrain")]
public interface IMergeGrain : IGrainWithIntegerKey
{
    /// <summary>Sees to it that it runs. Every silo asks for it again and again, so that it comes back when the silo that ran it
    /// has died.</summary>
    [Alias("Run")]
    [AlwaysInterleave]
    Task Run();
}
