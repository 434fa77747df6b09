using Superhero.Grains.Interfaces;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;

namespace Superhero.Silo.Subscriber;

/// <summary>Lets a silo that has just joined do what it will do for every game, before a game depends on it: what is done for the
/// first time is compiled first, and native code is loaded.</summary>
/// <remarks>No trace is left of it: the game that it asks for does not exist, and the tables that it makes go nowhere.</remarks>
public sealed class Rehearsal(IGrainFactory grains, ILocalSiloDetails self)
{
    private static readonly GameTables Tables = new(
        Guid.Empty, [new("loser", 1), new("winner", 2)], [new("winner", 1, 1, 0, 1), new("loser", 2, 0, 1, 0)]);

    private static readonly GameOrigin Origin = new("silo", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    /// <summary>Rehearses.</summary>
    public Task RunAsync() => Task.WhenAll(
        Task.Run(() => (GameParquet.Meta(Tables, Origin), GameParquet.Podium(Tables, Origin))),
        Task.Run(() =>
        {
            OwnPlacement.Ask(self);
            return grains.GetGrain<IGameGrain>(Guid.NewGuid()).FinishWithinAsync("");
        }));
}
