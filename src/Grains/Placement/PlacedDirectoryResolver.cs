using System.Diagnostics.CodeAnalysis;
using Orleans.GrainDirectory;
using Orleans.Metadata;
using Orleans.Runtime.GrainDirectory;
using Superhero.Grains.Games;

namespace Superhero.Grains.Placement;

/// <summary>Says that games are in the <see cref="PlacedDirectory"/>. An attribute of the grain would say the same to all
/// silos, and so to those of an earlier version, which have no such directory.</summary>
internal sealed class PlacedDirectoryResolver : IGrainDirectoryResolver
{
    private static readonly PlacedDirectory Placed = new();

    /// <inheritdoc />
    public bool TryResolveGrainDirectory(
        GrainType grainType, GrainProperties? properties, [NotNullWhen(true)] out IGrainDirectory? grainDirectory)
    {
        grainDirectory = properties?.Properties.GetValueOrDefault(WellKnownGrainTypeProperties.FullTypeName) == typeof(GameGrain).FullName
            ? Placed : null;
        return grainDirectory is not null;
    }
}
