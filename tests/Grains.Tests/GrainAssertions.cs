using System.Text;
using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>Expectations that hold on every Redis.</summary>
internal static class GrainAssertions
{
    /// <summary>Calls the grain of a game many times at once, and expects one load, an archive and keys that expire.</summary>
    public static async Task ManyCallsAreOneLoadAsync(GrainCluster cluster, IDatabase redis, string output, string archive)
    {
        var game = await new MadeGame(redis).PutAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => cluster.FinishAsync(game.Token, $"{i}")));
        Assert.All(outcomes, outcome => Assert.Equal(GameOutcome.Loaded, outcome));
        Assert.Single(cluster.Log.Of(LogEvents.Loaded, game.Token));
        Assert.Equal(2, Directory.GetFiles(output, $"{game.Token}*.parquet", SearchOption.AllDirectories).Length);
        Assert.False(await redis.KeyExistsAsync(game.Keys.Logs));
        foreach (var key in game.AllKeys[..^1].Append(RecordKey.Of(game.Token)))
        {
            Assert.NotNull(await redis.KeyTimeToLiveAsync(key));
        }

        Assert.Null(await redis.SortedSetScoreAsync(GameKeys.Games, game.Keys.Token));
        Assert.DoesNotContain(game.Keys.Token, await redis.ListRangeAsync(GameKeys.Players("2")));
        IsArchived(game, archive);

        // An attempt after the cleaning leaves the archive as it is.
        Assert.Equal(GameOutcome.Loaded, await cluster.FinishAsync(game.Token, leavingUser: null));
        IsArchived(game, archive);
    }

    private static void IsArchived(MadeGame game, string archive)
    {
        var kept = ArchivedGame.Read(archive, game.Token);
        Assert.Equal(game.AllKeys.Except([game.Keys.Logs]).Select(key => key.ToString()).Order(), kept.Keys.Keys.Order());
        Assert.Equal([game.Line], kept.ReadLog().Select(line => Encoding.UTF8.GetString(line.Span)));
        Assert.Equal("Completed", kept.Keys[game.Keys.Status!].Text);
        Assert.Equal([MadeGame.User, MadeGame.Enemy], kept.Keys[game.Keys.Participants!].Values);
        Assert.Equal("2", kept.Keys[game.Keys.Hero(MadeGame.Enemy)!].Hash!["id"]);
        Assert.Equal(2, kept.Extract().Fighters.Count);
        Assert.Equal("silo", kept.ClaimedBy);
    }
}
