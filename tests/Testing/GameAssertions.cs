using StackExchange.Redis;

namespace Superhero.Testing;

/// <summary>Expectations of games that have ended.</summary>
public static class GameAssertions
{
    /// <summary>All files of an output folder.</summary>
    public static string[] Files(string output) => Directory.GetFiles(output, "*", SearchOption.AllDirectories);

    /// <summary>Compares the files with the rows of made games.</summary>
    public static void HasRows(IEnumerable<MadeGame> games, string output) => Assert.Equal(
        games.SelectMany(game => game.Rows).OrderBy(row => row.Game).ThenBy(row => row.Rank),
        DuckDb.Rows(output).OrderBy(row => row.Game).ThenBy(row => row.Rank));

    /// <summary>Announces the end of a made game, waits until it is cleaned, and compares its rows.</summary>
    public static async Task IsProcessedOnceAnnouncedAsync(MadeGame game, ClusterBase cluster)
    {
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        await IsProcessedAsync(game, cluster);
    }

    /// <summary>Waits until a made game is cleaned, and compares its rows.</summary>
    public static async Task IsProcessedAsync(MadeGame game, ClusterBase cluster)
    {
        await Eventually.HoldsAsync(
            async () => !await cluster.Redis.Database.KeyExistsAsync(game.Keys.Status, CommandFlags.DemandMaster), () => $"the game to be cleaned. {cluster.Describe()}");
        Assert.Equal(game.Rows, DuckDb.Rows(cluster.Output).Where(row => row.Game == game.Keys.Token).OrderBy(row => row.Rank));
    }

    /// <summary>Waits until the games are cleaned, and compares the files with an independent reading of the logs.</summary>
    public static async Task AreProcessedAsync(Recording recording, ClusterBase cluster)
    {
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        var completed = recording.Games.Where(game => game.Completed).ToList();
        foreach (var table in new[] { "GAME_META", "GAME_PODIUM" })
        {
            Assert.Equal(
                completed.Select(game => game.Token).Order(StringComparer.Ordinal),
                cluster.Files(table).Select(file => Path.GetFileName(file)[..36]).Order(StringComparer.Ordinal));
        }

        Assert.Equal(
            completed.SelectMany(game => game.Rows()).OrderBy(row => (row.Game, row.User)),
            DuckDb.Rows(cluster.Output).OrderBy(row => (row.Game, row.User)));
    }
}
