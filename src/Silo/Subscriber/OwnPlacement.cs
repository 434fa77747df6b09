using Orleans.Runtime.Placement;

namespace Superhero.Silo.Subscriber;

/// <summary>Asks Orleans to put grains that are called from here on this silo, whatever their hash says.</summary>
internal static class OwnPlacement
{
    /// <summary>Asks for it, for the calls of the current method.</summary>
    public static void Ask(ILocalSiloDetails self) => RequestContext.Set(IPlacementDirector.PlacementHintKey, self.SiloAddress);
}
