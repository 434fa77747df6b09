using System.Diagnostics.CodeAnalysis;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;
using Superhero.Grains.Games;

namespace Superhero.Grains.Placement;

/// <summary>Says that games are in the <see cref="HashBasedGrainDirectory"/>. An attribute of the grain would say the same to all
/// silos, and so to those of an earlier version, which have no such directory.</summary>
internal sealed class HashBasedGrainDirectoryResolver : IGrainDirectoryResolver
{
    private static readonly HashBasedGrainDirectory Directory = new();

    /// <inheritdoc />
    public bool TryResolveGrainDirectory(
        GrainType grainType, GrainProperties? properties, [NotNullWhen(true)] out IGrainDirectory? grainDirectory)
    {
        grainDirectory = properties?.Properties.GetValueOrDefault(WellKnownGrainTypeProperties.FullTypeName) == typeof(GameGrain).FullName
            ? Directory : null;
        return grainDirectory is not null;
    }
}
