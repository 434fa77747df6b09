using Orleans.Concurrency;

namespace Superhero.Grains.Interfaces;

/// <summary>The sweep, of which the cluster has one, with the key 0. While it is in memory it looks for finished games
/// that no message announced, from time to time, and hands them to their grains; and it keeps the table of heroes as the
/// collection is.</summary>
[Alias("superhero.ISweepGrain")]
public interface ISweepGrain : IGrainWithIntegerKey
{
    /// <summary>Sees to it that the sweep runs. Every silo asks for it again and again, so that it comes back when the
    /// silo that ran it has died.</summary>
    [Alias("Run")]
    [AlwaysInterleave]
    Task Run();
}
