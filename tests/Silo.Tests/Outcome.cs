using Superhero.Testing;

namespace Superhero.Silo.Tests;

/// <summary>What must have come of a recording, whatever happened on the way.</summary>
internal static class Outcome
{
    /// <summary>Waits until no key of a game is left, and compares the files with an independent reading of the logs.</summary>
    public static async Task IsRight(Recording recording, SiloCluster cluster)
    {
        await Eventually.Holds(
            () => cluster.Redis.GameKeys().Length == 0,
            () => $"no key left; there are {string.Join(", ", cluster.Redis.GameKeys().Take(10))}; the first silo says: {cluster.Log(1)}");

        var completed = recording.Games.Where(game => game.Completed).ToList();
        foreach (var table in new[] { "GAME_META", "GAME_PODIUM" })
        {
            Assert.Equal(
                completed.Select(game => game.Token).Order(StringComparer.Ordinal),
                cluster.Files(table).Select(file => Path.GetFileName(file)[..36]).Order(StringComparer.Ordinal));
        }

        Assert.Equal(
            completed.SelectMany(game => game.Rows()).OrderBy(row => (row.Game, row.User)),
            Duck.Rows(cluster.Output).OrderBy(row => (row.Game, row.User)));
    }
}
