using Orleans.GrainDirectory;

namespace Superhero.Grains.Placement;

/// <summary>The grain directory of games, which remembers nothing: where a game's grain is follows from its hash and the
/// members of the cluster. A directory spread over the silos would say the same, at the price of a call to another silo when
/// a game begins and of one when it ends, which is a third of what a game costs.</summary>
/// <remarks>When the members change, a game that is in work may be taken up by the silo that it now belongs to. Its record
/// decides between the two, as it does whenever Orleans runs a grain twice.</remarks>
public sealed class HashBasedGrainDirectory : IGrainDirectory
{
    /// <inheritdoc />
    public Task<GrainAddress?> Register(GrainAddress address) => Task.FromResult<GrainAddress?>(address);

    /// <inheritdoc />
    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult<GrainAddress?>(null);

    /// <inheritdoc />
    public Task Unregister(GrainAddress address) => Task.CompletedTask;

    /// <inheritdoc />
    public Task UnregisterSilos(List<SiloAddress> siloAddresses) => Task.CompletedTask;
}
