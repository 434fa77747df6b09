using System.Text;
using StackExchange.Redis;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Ledger;
using Superhero.Redis;
using Superhero.Testing;

namespace Superhero.Grains.Tests;

/// <summary>What must hold on every Redis.</summary>
internal static class GrainAssertions
{
    /// <summary>Puts a game, calls its grain from everywhere at once, and looks at what has become of it.</summary>
    public static async Task ManyCallsAreOneLoadAsync(GrainCluster cluster, MadeGame game, IDatabase redis, string output)
    {
        await game.PutAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => cluster.FinishAsync(game.Token, $"{i}")));
        Assert.All(outcomes, outcome => Assert.Equal(GameOutcome.Loaded, outcome));
        Assert.Equal(2, Directory.GetFiles(output, "*.parquet", SearchOption.AllDirectories).Length);
        Assert.False(await redis.KeyExistsAsync(game.Keys.Logs));
        foreach (var key in game.AllKeys[..^1].Append(RecordKey.Of(game.Token)))
        {
            Assert.NotNull(await redis.KeyTimeToLiveAsync(key));
        }

        Assert.False(await redis.KeyExistsAsync(GameKeys.Games));
        Assert.False(await redis.KeyExistsAsync(GameKeys.Players("2")));
    }

    /// <summary>Looks whether an archive has all of a game.</summary>
    public static async Task IsKeptAsync(MadeGame game, string archive)
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
