using Orleans.Concurrency;

namespace Superhero.Grains.Interfaces;

/// <summary>Compacts games for the whole cluster, which has one such grain, with the key 0. It exists so that the cluster does the work once;
/// the tables stay right if several compactors run.</summary>
[Alias("superhero.ICompactionGrain")]
public interface ICompactionGrain : IGrainWithIntegerKey
{
    /// <summary>Starts it, if it does not run. Every silo calls it from time to time, so that it comes back when the silo that ran it
    /// has died.</summary>
    [Alias("Run")]
    [AlwaysInterleave]
    Task Run();
}
